import { refreshIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import React from 'react';

import { Actions } from '../actions';
import { describeAge } from '../banner';
import { ErrorText } from '../errors';
import { RowList, useSignals } from '../rows';
import { Section } from '../section';
import type { Deployments, IDeploymentManager } from '../tokens';
import { sortByNeed } from './order';
import { DeploymentRow } from './row';
import { ServiceLine } from './service';

/**
 * The section of the deployments.
 */
export class DeploymentsSection extends Section {
  constructor(private options: DeploymentsSection.IOptions) {
    super(options.manager);
    const { manager, trans } = options;
    this.id = 'jp-pipeline-deployments';
    this.title.label = trans.__('Deployments');
    this.addButton('refresh', {
      icon: refreshIcon,
      tooltip: trans.__('Refresh the Deployments'),
      onClick: () => void manager.refresh()
    });
  }

  render(): JSX.Element {
    return (
      <DeploymentList {...this.options} actions={this._actions} scroller={this.node} />
    );
  }

  private _actions = new Actions();
}

export namespace DeploymentsSection {
  export interface IOptions {
    manager: IDeploymentManager;
    commands: CommandRegistry;
    trans: TranslationBundle;
  }
}

function DeploymentList(
  props: DeploymentsSection.IOptions & { actions: Actions; scroller: HTMLElement }
): JSX.Element {
  const { actions, manager, scroller, trans } = props;
  useSignals(manager.changed, actions.changed);
  const [expanded, setExpanded] = React.useState<ReadonlySet<string>>(new Set());
  const { deployments, failure, isReady, listed, service, unreachable } = manager;
  const toggle = (id: string): void =>
    setExpanded(before => {
      const after = new Set(before);
      return after.delete(id) ? after : after.add(id);
    });
  const reached = isReady && !!service?.api && !unreachable;
  const stale = failure !== null;
  return (
    <>
      {service && <ServiceLine {...props} service={service} stale={stale} />}
      {unreachable && <ErrorText text={unreachable.message} trans={trans} />}
      {isReady && !reached && !stale && listed !== null && (
        <p className="jp-pipeline-hint jp-pipeline-age" role="status">
          {describeAge(listed, trans)}
        </p>
      )}
      {reached && deployments.length === 0 && (
        <p className="jp-pipeline-empty">
          {trans.__(
            'Nothing is deployed. Choose a code cell in a notebook and click “Deploy this cell” in its toolbar.'
          )}
        </p>
      )}
      <RowList<Deployments.IModel>
        items={sortByNeed(deployments)}
        keyOf={({ id }) => id}
        scroller={scroller}
        label={trans.__('Deployments')}
        stale={stale || !reached}
        renderRow={(deployment, focus) => (
          <DeploymentRow
            {...props}
            deployment={deployment}
            expanded={expanded.has(deployment.id)}
            onToggle={() => toggle(deployment.id)}
            focus={focus}
            stale={stale || !reached}
          />
        )}
      />
    </>
  );
}
