// Reads how many tests passed and failed from the JSON reports of the two test runners.

/**
 * Counts the tests in a vitest JSON report. A file that could not even be loaded is one failure.
 * @param {{ numPassedTests: number, numFailedTests: number, testResults: { status: string, assertionResults: unknown[] }[] }} report
 * @returns {{ passed: number, failed: number }}
 */
export function countVitest(report) {
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken };
}

/**
 * Counts the tests in a Playwright JSON report. A test that passed on a retry only (flaky) counts as failed:
 * the suites must be deterministic. Errors outside any test count as failures.
 * @param {{ stats: { expected: number, unexpected: number, flaky: number }, errors?: unknown[] }} report
 * @returns {{ passed: number, failed: number }}
 */
export function countPlaywright(report) {
  const { expected, unexpected, flaky } = report.stats;
  return { passed: expected, failed: unexpected + flaky + (report.errors?.length ?? 0) };
}
