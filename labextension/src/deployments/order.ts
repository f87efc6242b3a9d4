import type { Tone } from '../rows';
import type { Deployments } from '../tokens';

/**
 * The tone of the state of a run.
 */
export function runTone(state: string): Tone {
  switch (state.toLowerCase()) {
    case 'completed':
      return 'good';
    case 'failed':
    case 'crashed':
    case 'timedout':
      return 'bad';
    case 'cancelled':
    case 'cancelling':
    case 'skipped':
    case 'paused':
      return 'off';
    default:
      return 'busy';
  }
}

/**
 * The deployments by need: failing ones first, then those with a run in progress or changes on the server, then the
 * others by name.
 */
export function sortByNeed(
  deployments: ReadonlyArray<Deployments.IModel>
): ReadonlyArray<Deployments.IModel> {
  return [...deployments].sort(
    (a, b) => need(a) - need(b) || (a.name < b.name ? -1 : 1)
  );
}

function need({ last_run, server_changes }: Deployments.IModel): number {
  const tone = last_run ? runTone(last_run.state) : 'off';
  if (tone === 'bad') {
    return 0;
  }
  if (tone === 'busy') {
    return 1;
  }
  return server_changes.length > 0 ? 2 : 3;
}
