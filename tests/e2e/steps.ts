import { expect, type Page } from "@playwright/test";

/** The day on which the calendars in tests/data begin to matter: a Monday, 10:00 in Lisbon. */
export const TODAY = new Date("2026-11-23T10:00:00Z");

/** Begins with the sample organization, at ten in the morning of TODAY. */
export async function sample(page: Page) {
  await page.clock.setFixedTime(TODAY);
  await page.goto("");
  await page.getByRole("button", { name: "Try it with sample data" }).click();
  await expect(page.getByRole("heading", { name: "Bookings", level: 1 })).toBeVisible();
}

/** Goes to a page by the menu; on a phone what does not fit into the bar is behind More. */
export async function open(page: Page, name: string) {
  const link = page.getByRole("link", { name: new RegExp(`^${name}\\b`) }).locator("visible=true").first();
  if (!(await link.isVisible())) await page.getByRole("button", { name: "More", exact: true }).click();
  await link.click();
  await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
}

/** Opens something of + Add. */
export async function add(page: Page, name: string) {
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("menuitem", { name, exact: true }).click();
}

/** Types a code at the keypad of the page. */
export async function type(page: Page, digits: string) {
  for (const digit of digits) await page.getByRole("button", { name: digit, exact: true }).click();
  await page.getByRole("button", { name: "Enter", exact: true }).click();
}

/** The code of the booking that is open. */
export async function codeOf(page: Page): Promise<string> {
  const code = await page.getByRole("region", { name: "Booking Code" }).locator(".code").textContent();
  expect(code).toMatch(/^\d{7}$/);
  return code ?? "";
}
