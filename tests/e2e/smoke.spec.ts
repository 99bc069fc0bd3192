import { expect, test } from "./fixtures";

test("the app opens and is called Latchbook", async ({ page }) => {
  await page.goto("");
  await expect(page).toHaveTitle("Latchbook");
  await expect(page.getByRole("main")).toBeVisible();
});

test("an address deep in the app opens the app", async ({ page }) => {
  await page.goto("bookings/17");
  await expect(page.getByRole("main")).toBeVisible();
});

test("the page carries a strict policy", async ({ page, request }) => {
  const answer = await request.get("");
  expect(answer.headers()["content-security-policy"]).toContain("default-src 'none'");
  await page.goto("");
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute("content");
  expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
});
