import { addIcon, refreshIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import React from 'react';

import { Actions } from '../actions';
import { LinkButton } from '../components';
import { ErrorText } from '../errors';
import { GroupLine, RowList, useSignals } from '../rows';
import { Section } from '../section';
import { CommandIDs, type Clusters, type IClusterManager } from '../tokens';
import { sortByNeed } from './order';
import { ClusterRow } from './row';
import type { Syncs } from './sync';

/**
 * The section of the clusters.
 */
export class ClustersSection extends Section {
  constructor(private options: ClustersSection.IOptions) {
    super(options.manager);
    const { commands, manager, trans } = options;
    this.id = 'jp-pipeline-clusters';
    this.title.label = trans.__('Clusters');
    this.addButton('start', {
      icon: addIcon,
      tooltip: trans.__('Start a Cluster…'),
      onClick: () =>
        this._actions.run(START, () => commands.execute(CommandIDs.startCluster))
    });
    this.addButton('refresh', {
      icon: refreshIcon,
      tooltip: trans.__('Refresh the Clusters'),
      onClick: () => void manager.refresh()
    });
  }

  render(): JSX.Element {
    return (
      <ClusterList {...this.options} actions={this._actions} scroller={this.node} />
    );
  }

  private _actions = new Actions();
}

export namespace ClustersSection {
  export interface IOptions {
    manager: IClusterManager;
    syncs: Syncs;
    commands: CommandRegistry;
    trans: TranslationBundle;
  }
}

/** The keys of lines that are not clusters. */
const START = 'start';
const ENDED = 'ended';
const MORE = 'more';

type Line = Clusters.IModel | typeof ENDED | typeof MORE;

function ClusterList(
  props: ClustersSection.IOptions & { actions: Actions; scroller: HTMLElement }
): JSX.Element {
  const { actions, manager, scroller, syncs, trans } = props;
  useSignals(manager.changed, actions.changed, syncs.changed);
  const [expanded, setExpanded] = React.useState<ReadonlySet<string>>(new Set());
  const [showsEnded, setShowsEnded] = React.useState(false);
  const { clusters, ended, endedCount, failure, isReady, requested } = manager;
  const toggle = (id: string): void =>
    setExpanded(before => {
      const after = new Set(before);
      return after.delete(id) ? after : after.add(id);
    });
  const lines: Line[] = [...sortByNeed(clusters)];
  if (isReady) {
    lines.push(ENDED);
    if (showsEnded) {
      const shown = new Set(clusters.map(({ id }) => id));
      lines.push(...ended.filter(({ id }) => !shown.has(id)));
      if (endedCount !== null && ended.length < endedCount) {
        lines.push(MORE);
      }
    }
  }
  const error = actions.error(START) ?? actions.error(ENDED);
  return (
    <>
      {error && (
        <ErrorText
          text={error.message}
          trans={trans}
          onDismiss={() => {
            actions.dismissError(START);
            actions.dismissError(ENDED);
          }}
        />
      )}
      {requested.map((profile, index) => (
        <div key={index} className="jp-pipeline-requested" role="status">
          <span className="jp-pipeline-busy" />
          {trans.__('Starting a cluster from %1…', profile)}
        </div>
      ))}
      {isReady && clusters.length === 0 && requested.length === 0 && (
        <div className="jp-pipeline-empty">
          <p>{trans.__('No cluster is running.')}</p>
          <button
            type="button"
            className="jp-mod-styled jp-mod-accept jp-pipeline-small"
            disabled={failure !== null}
            onClick={() =>
              actions.run(START, () => props.commands.execute(CommandIDs.startCluster))
            }
          >
            {trans.__('Start a Cluster…')}
          </button>
        </div>
      )}
      <RowList<Line>
        items={lines}
        keyOf={line => (typeof line === 'string' ? line : line.id)}
        scroller={scroller}
        label={trans.__('Clusters')}
        stale={failure !== null}
        renderRow={(line, focus) => {
          if (line === ENDED) {
            return (
              <GroupLine
                label={
                  showsEnded && endedCount !== null
                    ? trans.__('Ended (%1)', endedCount)
                    : trans.__('Ended')
                }
                expanded={showsEnded}
                focus={focus}
                onToggle={() => {
                  if (!showsEnded) {
                    actions.run(ENDED, () => manager.loadEnded());
                  }
                  setShowsEnded(!showsEnded);
                }}
              />
            );
          }
          if (line === MORE) {
            return (
              <LinkButton
                disabled={actions.isBusy(ENDED)}
                tabIndex={focus.tabIndex}
                data-row-focus=""
                onClick={() => actions.run(ENDED, () => manager.loadEnded(true))}
              >
                {trans.__('Show more')}
              </LinkButton>
            );
          }
          return (
            <ClusterRow
              {...props}
              cluster={line}
              expanded={expanded.has(line.id)}
              onToggle={() => toggle(line.id)}
              focus={focus}
              stale={failure !== null}
            />
          );
        }}
      />
    </>
  );
}
