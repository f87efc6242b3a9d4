import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { runTone } from '../deployments/order';
import { CommandIDs, type Clusters, type Deployments } from '../tokens';

/** The reason of a stop that somebody requested, see `jupyter_pipeline.clusters.manager`. */
const REQUESTED = 'Stopped by request';

/**
 * A change to show as a notification.
 */
export interface INotice {
  readonly kind: 'ready' | 'ending' | 'ended' | 'failed' | 'drift' | 'run-failed';

  /** The name of the cluster or deployment. */
  readonly name: string;
  readonly message: string;
  readonly actions: ReadonlyArray<{
    readonly label: string;
    readonly command: string;
    readonly args: ReadonlyPartialJSONObject;
  }>;
}

/**
 * The changes of clusters between two lists.
 *
 * @param ended - Records of clusters that are in the first list only.
 */
export function compareClusters(
  before: ReadonlyArray<Clusters.IModel>,
  after: ReadonlyArray<Clusters.IModel>,
  ended: ReadonlyArray<Clusters.IModel>,
  trans: TranslationBundle
): INotice[] {
  const known = new Map(before.map(record => [record.id, record]));
  return [...after, ...ended].flatMap(now => {
    const then = known.get(now.id);
    return then && then !== now ? compareCluster(then, now, trans) : [];
  });
}

/**
 * The active clusters of the first list that are absent from the second one.
 */
export function findVanished(
  before: ReadonlyArray<Clusters.IModel>,
  after: ReadonlyArray<Clusters.IModel>
): ReadonlyArray<Clusters.IModel> {
  const ids = new Set(after.map(({ id }) => id));
  return before.filter(
    ({ id, state }) => !ids.has(id) && (state === 'starting' || state === 'running')
  );
}

function compareCluster(
  then: Clusters.IModel,
  now: Clusters.IModel,
  trans: TranslationBundle
): INotice[] {
  const { id, name, profile, reason, state, warning } = now;
  const wasActive = then.state === 'starting' || then.state === 'running';
  const notice = (
    kind: INotice['kind'],
    message: string,
    ...actions: INotice['actions']
  ): INotice => ({ kind, name, message, actions });
  if (wasActive && (state === 'failed' || state === 'lost')) {
    return [
      notice('failed', trans.__('%1 failed: %2', name, firstLine(reason)), {
        label: trans.__('Show Logs'),
        command: CommandIDs.showLogs,
        args: { name: id }
      })
    ];
  }
  if (wasActive && (state === 'stopping' || state === 'stopped')) {
    return reason.startsWith(REQUESTED) || !reason
      ? []
      : [
          notice('ended', trans.__('%1 ends: %2', name, firstLine(reason)), {
            label: trans.__('Start Again'),
            command: CommandIDs.startCluster,
            args: { profile, name }
          })
        ];
  }
  const notices: INotice[] = [];
  if (then.state === 'starting' && state === 'running') {
    notices.push(
      notice('ready', trans.__('%1 is ready.', name), {
        label: trans.__('Open Dashboard'),
        command: CommandIDs.openDashboard,
        args: { name: id }
      })
    );
  }
  if (warning && !then.warning) {
    notices.push(
      notice('ending', trans.__('%1: %2', name, firstLine(warning)), {
        label: trans.__('Extend by 1 h'),
        command: CommandIDs.extendCluster,
        args: { name: id }
      })
    );
  }
  if (countDrift(now) > 0 && countDrift(then) === 0) {
    const needsRestart = (now.drift.restart ?? 0) > 0;
    notices.push(
      notice(
        'drift',
        trans._n(
          '%2: %1 package differs from the notebook.',
          '%2: %1 packages differ from the notebook.',
          countDrift(now),
          name
        ),
        {
          label: needsRestart ? trans.__('Restart…') : trans.__('Sync'),
          command: needsRestart ? CommandIDs.restartCluster : CommandIDs.syncCluster,
          args: { name: id }
        }
      )
    );
  }
  return notices;
}

/**
 * The runs that failed between two lists of deployments.
 */
export function compareDeployments(
  before: ReadonlyArray<Deployments.IModel>,
  after: ReadonlyArray<Deployments.IModel>,
  trans: TranslationBundle
): INotice[] {
  const known = new Map(before.map(record => [record.id, record]));
  return after.flatMap(({ id, last_run: now, name }) => {
    const then = known.get(id);
    if (!then || !now || !hasFailed(now)) {
      return [];
    }
    if (then.last_run?.id === now.id && hasFailed(then.last_run)) {
      return [];
    }
    const args = { id: now.id, name: now.name };
    const cause = firstLine(now.cause || now.message);
    return [
      {
        kind: 'run-failed',
        name,
        message: cause
          ? trans.__('The run of %1 failed: %2', name, cause)
          : trans.__('The run of %1 failed.', name),
        actions: [
          { label: trans.__('Show Log'), command: CommandIDs.showRunLogs, args },
          { label: trans.__('Show Report'), command: CommandIDs.showRunReport, args }
        ]
      }
    ];
  });
}

function hasFailed(run: Deployments.IRun): boolean {
  return runTone(run.state) === 'bad';
}

function countDrift({ drift }: Clusters.IModel): number {
  return (drift.blocks ?? 0) + (drift.warns ?? 0);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0];
}
