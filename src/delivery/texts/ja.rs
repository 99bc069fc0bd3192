//! Japanese: 丁寧語.

texts! {
    greeting: "[[{visitor} 様]]",
    farewell: "どうぞよろしくお願いいたします。\n{organization}",
    key: "鍵：{key}",
    code: "予約コード：{code}",
    start: "開始：{start}",
    end: "終了：{end}",
    location: "場所：{location}",
    directions: "行き方：{directions}",
    hours: "営業時間：{hours}",
    url: "ご予約の詳細：{url}",
    pick_up: "【受け取り】SmartBoxのキーパッドに予約コードを入力してください。扉が開きますので、鍵を取り出して扉を閉めてください。",
    give_back: "【返却】鍵のタグをSmartBoxの読み取り部にかざしてください。当方のどのSmartBoxでも返却でき、コードは不要です。\
        開いた扉の中に鍵を入れ、扉を閉めてください。ご予約の終了後でも、いつでも返却いただけます。",
    instructions: (
        "鍵の受け取り方法：{key}",
        "鍵の受け取りに必要な情報をお知らせします。",
        "{organization}：{key}、予約コード {code}[[、{start}～{end}]][[、{location}]]。SmartBoxに入力して受け取り、返却はタグをかざしてください。"
    ),
    update: (
        "ご予約内容の変更：{key}",
        "ご予約の内容が変更されました。現在の内容は次のとおりです。",
        "{organization}：ご予約が変更されました。{key}[[、{start}～{end}]][[、{location}]][[、予約コード {code}]]。"
    ),
    reminder: (
        "鍵のご返却のお願い：{key}",
        "ご予約の終了が近づいております。鍵のご返却をお忘れなきようお願いいたします。",
        "{organization}：鍵「{key}」を[[{end}までに]]ご返却ください。SmartBoxの読み取り部にタグをかざしてください。"
    ),
    revocation: (
        "ご利用の取り消し：{key}",
        "こちらの鍵のご利用は取り消され、予約コードは無効になりました。鍵をまだお持ちの場合は、ご返却をお願いいたします。",
        "{organization}：鍵「{key}」のご利用は取り消されました。まだお持ちの場合は、SmartBoxにご返却ください。"
    ),
    alias_instructions: (
        "SmartBoxの予約コードのお知らせ",
        "予約コードをお知らせします。鍵が割り当てられるとお使いいただけます。それまでは、SmartBoxに「まだ連携されていません」と表示されます。",
        "{organization}：予約コードは {code} です[[（{location}）]]。鍵の割り当て後、SmartBoxに入力してください。"
    ),
    overdue: (
        "至急、鍵をご返却ください：{key}",
        "ご予約は終了しましたが、鍵がまだ返却されておりません。至急ご返却くださいますようお願いいたします。行き違いでご返却済みの場合は、ご容赦ください。",
        "{organization}：ご予約は終了しました。鍵「{key}」を至急SmartBoxにご返却ください。コードは不要です。"
    ),
}
