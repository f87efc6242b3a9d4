import type { TranslationBundle } from '@jupyterlab/translation';

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
 * The state of a run as words; a state with a name of the user's own is returned as it is.
 */
export function runStateName(state: string, trans: TranslationBundle): string {
  const names: { [state: string]: string } = {
    AwaitingConcurrencySlot: trans.__('Awaiting a concurrency slot'),
    AwaitingRetry: trans.__('Awaiting a retry'),
    Cached: trans.__('Cached'),
    Cancelled: trans.__('Cancelled'),
    Cancelling: trans.__('Cancelling'),
    Completed: trans.__('Completed'),
    Crashed: trans.__('Crashed'),
    Failed: trans.__('Failed'),
    Late: trans.__('Late'),
    Paused: trans.__('Paused'),
    Pending: trans.__('Pending'),
    Retrying: trans.__('Retrying'),
    Running: trans.__('Running'),
    Scheduled: trans.__('Scheduled'),
    Skipped: trans.__('Skipped'),
    Suspended: trans.__('Suspended'),
    TimedOut: trans.__('Timed out')
  };
  return names[state] ?? state;
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
