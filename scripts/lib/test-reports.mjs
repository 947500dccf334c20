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

/**
 * Names of the tests that failed in a vitest JSON report, with the beginning of what they said.
 * @param {{ testResults: { name: string, status: string, message?: string, assertionResults: { status: string, fullName: string, failureMessages?: string[] }[] }[] }} report
 * @returns {string[]}
 */
export function failedInVitest(report) {
  return report.testResults.flatMap((file) => {
    const failed = file.assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0)
      return file.status === 'failed' ? [`${file.name}: ${firstLine(file.message)}`] : [];
    return failed.map(
      ({ fullName, failureMessages }) => `${file.name}: ${fullName}: ${firstLine(failureMessages?.[0])}`,
    );
  });
}

/**
 * The same of a Playwright JSON report, whose suites lie within each other.
 * @param {{ suites?: unknown[] }} report
 * @returns {string[]}
 */
export function failedInPlaywright(report) {
  const walk = (suite) => [
    ...(suite.specs ?? []).filter(({ ok }) => !ok).map(({ file, title }) => `${file}: ${title}`),
    ...(suite.suites ?? []).flatMap(walk),
  ];
  return (report.suites ?? []).flatMap(walk);
}

function firstLine(text = '') {
  return text.split('\n', 1)[0].slice(0, 300);
}
