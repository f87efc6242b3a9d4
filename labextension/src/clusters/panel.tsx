import { UseSignal } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import React from 'react';

import { Notice } from '../components';
import { Section } from '../section';
import type { IClusterManager } from '../tokens';
import { ClusterCard } from './card';
import { StartForm } from './start';

/**
 * The section of the clusters.
 */
export class ClustersSection extends Section {
  constructor(private options: ClustersSection.IOptions) {
    super(options.manager);
    this.id = 'jp-pipeline-clusters';
    this.title.label = options.trans.__('Clusters');
  }

  render(): JSX.Element {
    return (
      <UseSignal signal={this.options.manager.changed}>
        {() => <ClusterList {...this.options} />}
      </UseSignal>
    );
  }
}

export namespace ClustersSection {
  export interface IOptions {
    manager: IClusterManager;
    commands: CommandRegistry;
    trans: TranslationBundle;
  }
}

function ClusterList(props: ClustersSection.IOptions): JSX.Element {
  const { manager, trans } = props;
  const { clusters, failure, isReady } = manager;
  return (
    <>
      {failure && (
        <Notice kind="error">
          {trans.__('The clusters could not be listed: %1', failure.message)}
        </Notice>
      )}
      <StartForm manager={manager} trans={trans} />
      <ul className="jp-pipeline-list" aria-label={trans.__('Clusters')}>
        {[...clusters]
          .sort((a, b) => a.started - b.started || a.name.localeCompare(b.name))
          .map(cluster => (
            <ClusterCard key={cluster.id} cluster={cluster} {...props} />
          ))}
      </ul>
      {isReady && clusters.length === 0 && (
        <p className="jp-pipeline-empty">
          {trans.__(
            'No cluster is running. Start one here, or in a notebook with %1',
            ''
          )}
          <code>%cluster start local</code>
        </p>
      )}
    </>
  );
}
