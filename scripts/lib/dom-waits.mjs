// Runs in every test file: how long a test of the window waits for what it expects.

// A second, the library's own limit, is too short where two tests share a busy machine and a dialog is read from disk first.
if (typeof document !== 'undefined') {
  const { configure } = await import('@testing-library/react');
  configure({ asyncUtilTimeout: 20_000 });
}
