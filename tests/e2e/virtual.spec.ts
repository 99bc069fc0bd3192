import { expect, test } from "./fixtures";
import { book, openBox, sample } from "./steps";

// What becomes of a visit when the link to a virtual SmartBox is slow, loses messages or is cut.

test("a delivery that is cut half-way is taken up again, and a slow one can be cancelled", async ({ page }) => {
  test.slow();
  await sample(page);
  await openBox(page, "Alfama Courtyard");
  const deliver = page.getByRole("button", { name: "Deliver", exact: true });
  const said = (words: string | RegExp) => expect(page.getByRole("status").filter({ hasText: words }).first()).toBeVisible();
  await deliver.click();
  await said(/delivered|nothing to deliver/i);

  await book(page, "Ada Reis", "ada.reis@example.com");
  await openBox(page, "Alfama Courtyard");
  await expect(page.getByText("1 change to deliver").first()).toBeVisible();
  await page.locator("summary", { hasText: "Link" }).click();
  const behaves = page.getByLabel("How it behaves");
  // Hello and status, then the delivery: the box takes it, and its answer is lost.
  await behaves.selectOption({ label: "Is cut after n messages" });
  await page.getByLabel("Messages (n)").fill("0");
  await expect(page.getByText("Expected a number from 1 to 1000.")).toBeVisible();
  await page.getByLabel("Messages (n)").fill("2");
  await deliver.click();
  await said("The link to the box was cut.");
  await expect(page.getByText("1 change to deliver").first()).toBeVisible();
  const onTheBox = page.getByRole("listitem").filter({ hasText: "on the box only" });
  await expect(onTheBox.filter({ hasText: "It took in 1 change." })).toBeVisible();

  // Every second message is sent twice.
  await behaves.selectOption({ label: "Loses every n-th message" });
  await page.getByRole("button", { name: "Deliver again" }).click();
  await said("1 change delivered");
  await expect(page.getByText("up to date").first()).toBeVisible();

  await behaves.selectOption({ label: "Slow: a second each way" });
  await deliver.click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await said("The visit was cancelled");
  await behaves.selectOption({ label: "Works" });
  await page.getByRole("button", { name: "Deliver again" }).click();
  await said("Nothing to deliver and nothing new to read.");
});

test("a virtual SmartBox opens a bin by command, and is reset after its service button was pressed", async ({ page }) => {
  await sample(page);
  await openBox(page, "Alfama Courtyard");
  const said = (words: string | RegExp) => expect(page.getByRole("status").filter({ hasText: words }).first()).toBeVisible();
  const command = async (name: string) => {
    await page.getByRole("button", { name: "Commands" }).click();
    await page.getByRole("menuitem", { name }).click();
    await page.getByRole("dialog", { name }).getByRole("button", { name }).click();
  };
  await command("Open a Bin");
  await said("Bin 1 was opened.");
  await expect(page.getByText(/^Bin 1 is open/)).toBeVisible();
  await page.getByRole("button", { name: "Close the door" }).click();

  await command("Factory Reset");
  await said("The box was not reset");
  await page.getByRole("button", { name: "Press the service button" }).click();
  await expect(page.getByText("Somebody pressed the service button.")).toBeVisible();
  await page.getByRole("button", { name: "Try again" }).click();
  await said("The box was reset.");
  // A virtual box has its label at hand.
  await page.getByRole("button", { name: "Deliver", exact: true }).click();
  await said(/delivered/);
  await expect(page.getByText("It was paired.").first()).toBeVisible();
});
