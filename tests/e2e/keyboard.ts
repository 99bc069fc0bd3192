import { expect, type Locator, type Page } from "@playwright/test";

/** More controls than any page has between one place and another. */
const FAR = 160;

/** A walk through the app with the keyboard and nothing else: no press of the mouse, no focus given from outside. */
export class Keyboard {
  constructor(readonly page: Page) {}

  /** Tabs until a control has the focus: forward, or back where it stands before the one that has it now. */
  async reach(control: Locator, key?: "Tab" | "Shift+Tab") {
    await expect(control.locator("visible=true").first()).toBeVisible();
    const wanted = await control.locator("visible=true").elementHandles();
    const reached = () => this.page.evaluate((wanted) => wanted.some((one) => one === document.activeElement), wanted);
    const before = await this.page.evaluate((wanted) => {
      const [at, first] = [document.activeElement, wanted[0]];
      if (!at || !first || at === document.body) return false;
      return (at.compareDocumentPosition(first) & Node.DOCUMENT_POSITION_PRECEDING) > 0;
    }, wanted);
    for (let n = 0; n < FAR; n++) {
      if (await reached()) return;
      await this.page.keyboard.press(key ?? (before ? "Shift+Tab" : "Tab"));
    }
    throw new Error(`${FAR} times ${key ?? "Tab"} do not lead to ${control}`);
  }

  async key(...keys: string[]) {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Presses a button or follows a link. */
  async press(control: Locator, key: "Tab" | "Shift+Tab" = "Tab") {
    await this.reach(control, key);
    await this.key("Enter");
  }

  /** Presses the button of that name, within the page or a part of it. */
  async button(name: string | RegExp, within: Page | Locator = this.page) {
    await this.press(within.getByRole("button", { name, exact: typeof name === "string" }));
  }

  /** Types into a field in place of what stands there. */
  async fill(name: string, text: string, within: Page | Locator = this.page) {
    const field = within.getByLabel(name, { exact: true });
    await this.reach(field);
    await this.key("Control+A", "Delete");
    await this.page.keyboard.type(text);
    await expect(field).toHaveValue(text);
  }

  /** Types a date and a time, `2026-12-10T15:00`, into the parts of a field, in whichever order the browser has them. */
  async moment(name: string, wall: string) {
    const field = this.page.getByLabel(name, { exact: true });
    await this.reach(field);
    const [year, month, day, hour, minute] = wall.split(/[-T:]/) as [string, string, string, string, string];
    for (const date of [day + month + year, month + day + year]) {
      await this.key("ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft");
      await this.page.keyboard.type(date);
      await this.key("ArrowRight");
      await this.page.keyboard.type(hour + minute);
      if ((await field.inputValue()) === wall) return;
    }
    await expect(field).toHaveValue(wall);
  }

  /** Types a day, `2026-11-24`, likewise. */
  async day(name: string, date: string) {
    const field = this.page.getByLabel(name, { exact: true });
    await this.reach(field);
    const [year, month, day] = date.split("-") as [string, string, string];
    for (const typed of [day + month + year, month + day + year]) {
      await this.key("ArrowLeft", "ArrowLeft");
      await this.page.keyboard.type(typed);
      if ((await field.inputValue()) === date) return;
    }
    await expect(field).toHaveValue(date);
  }

  /** Chooses from a list of values by the beginning of its name. */
  async choose(name: string, beginning: string, within: Page | Locator = this.page) {
    const field = within.getByLabel(name, { exact: true });
    await this.reach(field);
    await this.page.keyboard.type(beginning);
    await expect(field.locator("option:checked")).toHaveText(new RegExp(`^${beginning}`));
  }

  async tick(name: string, within: Page | Locator = this.page) {
    const box = within.getByLabel(name, { exact: true });
    await this.reach(box);
    const checked = await box.isChecked();
    await this.key("Space");
    await expect(box).toBeChecked({ checked: !checked });
  }

  /** Walks a group of radio buttons until the one of that name is chosen. */
  async radio(name: string | RegExp) {
    const wanted = this.page.getByRole("radio", { name });
    await expect(wanted).toHaveCount(1);
    const group = this.page.locator(`input[type="radio"][name="${await wanted.getAttribute("name")}"]`);
    await this.reach(group);
    for (let n = await group.count(); n > 0 && !(await wanted.isChecked()); n--) await this.key("ArrowRight");
    await expect(wanted).toBeChecked();
  }

  /** Opens a row of a list: by arrows, until it is the current one; from the top again if it comes only then. */
  async row(list: string, name: RegExp) {
    const rows = this.page.getByRole("listbox", { name: list, exact: true });
    await this.reach(rows);
    await expect(async () => {
      await this.key("Home");
      for (let n = 0; n < FAR; n++) {
        const current = await rows.getAttribute("aria-activedescendant");
        const option = rows.getByRole("option", { name }).and(this.page.locator(`[id="${current}"]`));
        if (await option.count()) return;
        await this.key("ArrowDown");
      }
      throw new Error(`no row ${name} in ${list}`);
    }).toPass({ timeout: 30_000 });
    await this.key("Enter");
  }

  /** Goes to a page by the menu; on a phone what does not fit into the bar is behind More. */
  async open(name: string) {
    const link = this.page.getByRole("link", { name: new RegExp(`^${name}\\b`) }).locator("visible=true");
    const more = this.page.getByRole("button", { name: "More", exact: true });
    await expect(link.or(more).locator("visible=true").first()).toBeVisible();
    if (!(await link.count())) await this.press(more);
    await this.press(link.first());
    await expect(this.page.getByRole("heading", { name, level: 1 })).toBeVisible();
  }

  /** Opens something of + Add. */
  async add(name: string) {
    await this.button("Add");
    const item = this.page.getByRole("menuitem", { name, exact: true });
    await expect(this.page.getByRole("menuitem").first()).toBeFocused();
    for (let n = 0; n < FAR && !(await item.and(this.page.locator(":focus")).count()); n++) await this.key("ArrowDown");
    await this.key("Enter");
    await expect(this.page.getByRole("heading", { name, exact: true })).toBeVisible();
  }
}
