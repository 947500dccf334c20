import { describe, expect, it } from 'vitest';
import { countPlaywright, countVitest, failedInPlaywright, failedInVitest } from './test-reports.mjs';

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

describe('the tests that failed', () => {
  it('are named with the first line of what they said', () => {
    const report = {
      testResults: [
        {
          name: '/p/a.test.ts',
          status: 'failed',
          assertionResults: [
            { status: 'passed', fullName: 'one' },
            { status: 'failed', fullName: 'two', failureMessages: ['expected 1\n    at x'] },
          ],
        },
        { name: '/p/b.test.ts', status: 'failed', message: 'cannot load\nmore', assertionResults: [] },
      ],
    };
    expect(failedInVitest(report)).toEqual(['/p/a.test.ts: two: expected 1', '/p/b.test.ts: cannot load']);
  });

  it('are found in suites within suites', () => {
    const spec = (title, ok) => ({ file: 'a.spec.ts', title, ok });
    const report = { suites: [{ specs: [spec('one', true)], suites: [{ specs: [spec('two', false)] }] }] };
    expect(failedInPlaywright(report)).toEqual(['a.spec.ts: two']);
  });
});
