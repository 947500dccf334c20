import { describe, expect, it } from 'vitest';
import { countPlaywright, countVitest } from './test-reports.mjs';

describe('counting tests', () => {
  it('takes the numbers of the vitest report', () => {
    const testResults = [{ status: 'failed', assertionResults: [{}] }];
    expect(countVitest({ numPassedTests: 7, numFailedTests: 1, testResults })).toEqual({
      passed: 7,
      failed: 1,
    });
  });

  it('counts a test file that could not be loaded as one failure', () => {
    const testResults = [{ status: 'failed', assertionResults: [] }];
    expect(countVitest({ numPassedTests: 7, numFailedTests: 0, testResults })).toEqual({
      passed: 7,
      failed: 1,
    });
  });

  it('counts flaky end-to-end tests and errors outside tests as failures', () => {
    const stats = { expected: 5, unexpected: 1, flaky: 1 };
    expect(countPlaywright({ stats, errors: [{}] })).toEqual({ passed: 5, failed: 3 });
  });
});
