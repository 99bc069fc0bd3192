import { defineConfig } from "@playwright/test";

// `cargo xtask test` serves the built app and says where; without it, `cargo xtask serve` is started or found running.
const told = process.env.LATCHBOOK_URL;
const url = told ?? "http://localhost:8080/";

export default defineConfig({
  testDir: ".",
  outputDir: "../../test-results",
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: !!process.env.CI,
  // Generous, for a machine that does other things too: nothing here measures time.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: {
    baseURL: url,
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  webServer: told
    ? undefined
    : { command: "cargo xtask serve", cwd: "../..", url, reuseExistingServer: true, timeout: 30 * 60_000 },
});
