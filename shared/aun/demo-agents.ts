/** Names of the agents that live on the embedded local network, in the order a newcomer should meet them. */
export const DEMO_AGENTS = {
  guide: 'parley-guide',
  echo: 'echo',
  slowWriter: 'slow-writer',
  warden: 'warden',
} as const;
