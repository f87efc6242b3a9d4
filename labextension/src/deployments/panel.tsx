import { UseSignal, deleteIcon, historyIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import React from 'react';

import { Chip, IconButton, Notice, useAction } from '../components';
import { formatCommit, formatMoment, formatRelative } from '../format';
import { launchIcon, pauseIcon, resumeIcon, runIcon } from '../icons';
import { Section } from '../section';
import { CommandIDs, type Deployments, type IDeploymentManager } from '../tokens';

/**
 * The section of the deployments.
 */
export class DeploymentsSection extends Section {
  constructor(private options: DeploymentsSection.IOptions) {
    super(options.manager);
    this.id = 'jp-pipeline-deployments';
    this.title.label = options.trans.__('Deployments');
  }

  render(): JSX.Element {
    return (
      <UseSignal signal={this.options.manager.changed}>
        {() => <DeploymentList {...this.options} />}
      </UseSignal>
    );
  }
}

export namespace DeploymentsSection {
  export interface IOptions {
    manager: IDeploymentManager;
    commands: CommandRegistry;
    trans: TranslationBundle;
  }
}

function DeploymentList(props: DeploymentsSection.IOptions): JSX.Element {
  const { manager, trans } = props;
  const { deployments, failure, isReady, service, unreachable } = manager;
  const reached = isReady && !!service?.api && !unreachable;
  return (
    <>
      {failure && (
        <Notice kind="error">
          {trans.__('The deployments could not be listed: %1', failure.message)}
        </Notice>
      )}
      {service && <Service {...props} service={service} />}
      {unreachable && <Notice kind="error">{unreachable.message}</Notice>}
      <ul className="jp-pipeline-list" aria-label={trans.__('Deployments')}>
        {reached &&
          deployments.map(deployment => (
            <DeploymentCard key={deployment.id} deployment={deployment} {...props} />
          ))}
      </ul>
      {reached && deployments.length === 0 && (
        <p className="jp-pipeline-empty">
          {trans.__(
            'Nothing is deployed. Choose a code cell in a notebook and click “Deploy this cell” in its toolbar.'
          )}
        </p>
      )}
    </>
  );
}

const SERVICE_TONE = {
  running: 'good',
  starting: 'busy',
  failing: 'bad',
  stopped: 'off'
} as const;

function Service(
  props: DeploymentsSection.IOptions & { service: Deployments.IService }
): JSX.Element {
  const { manager, service, trans } = props;
  const { busy, error, clear, run } = useAction();
  const elsewhere = !!service.api && !service.api.embedded;
  return (
    <div className="jp-pipeline-service" data-service={service.state} aria-busy={busy}>
      <div className="jp-pipeline-card-head">
        <span className="jp-pipeline-name">{trans.__('Prefect')}</span>
        {elsewhere ? (
          <Chip
            tone="good"
            label={trans.__('connected')}
            title={trans.__('Set by %1', service.api!.source)}
          />
        ) : (
          <Chip
            tone={busy ? 'busy' : SERVICE_TONE[service.state]}
            label={busy ? trans.__('working…') : service.state}
            title={service.reason}
          />
        )}
        <span className="jp-pipeline-actions">
          {service.ui_url && service.state === 'running' && (
            <a
              className="jp-pipeline-link"
              href={service.ui_url}
              target="_blank"
              rel="noopener noreferrer"
              aria-label={trans.__('Open Prefect')}
            >
              {trans.__('Open')}
            </a>
          )}
          {service.state === 'stopped' && !elsewhere && (
            <button
              type="button"
              className="jp-mod-styled jp-mod-accept jp-pipeline-small"
              disabled={busy}
              onClick={() => run(() => manager.startService())}
            >
              {busy ? trans.__('Starting…') : trans.__('Start')}
            </button>
          )}
          {service.state !== 'stopped' && !elsewhere && (
            <button
              type="button"
              className="jp-pipeline-link"
              disabled={busy}
              aria-label={trans.__('Stop Prefect')}
              onClick={() => run(() => props.commands.execute(CommandIDs.stopService))}
            >
              {trans.__('Stop')}
            </button>
          )}
        </span>
      </div>
      {service.state === 'stopped' && !elsewhere && (
        <p className="jp-pipeline-hint">
          {busy
            ? trans.__('The server and its worker take about half a minute to start.')
            : trans.__(
                'The server that runs deployments on their schedules is not running.'
              )}
        </p>
      )}
      {service.state === 'failing' && <Notice kind="error">{service.reason}</Notice>}
      {error && (
        <Notice kind="error" onClose={clear} trans={trans}>
          {error.message}
        </Notice>
      )}
    </div>
  );
}

function DeploymentCard(
  props: DeploymentsSection.IOptions & { deployment: Deployments.IModel }
): JSX.Element {
  const { commands, deployment, trans } = props;
  const { busy, error, clear, run } = useAction();
  const { last_run, name, next_run, paused, schedule_text } = deployment;
  const now = Date.now() / 1000;
  const execute = (command: string) => run(() => commands.execute(command, { name }));
  return (
    <li className="jp-pipeline-card" data-deployment={name} aria-busy={busy}>
      <div className="jp-pipeline-card-head">
        <span className="jp-pipeline-name" title={deployment.flow_name}>
          {name}
        </span>
        {last_run ? (
          <Chip
            tone={runTone(last_run.state)}
            label={last_run.state}
            title={last_run.message || last_run.name}
          />
        ) : (
          <Chip tone="off" label={trans.__('no run yet')} />
        )}
      </div>
      <div className="jp-pipeline-facts">
        <span>{schedule_text || trans.__('No schedule')}</span>
        {deployment.profile && <span>{trans.__('on %1', deployment.profile)}</span>}
        {deployment.commit && (
          <span title={deployment.commit}>{formatCommit(deployment, trans)}</span>
        )}
      </div>
      <div className="jp-pipeline-facts">
        {paused ? (
          <span className="jp-mod-paused">{trans.__('Paused')}</span>
        ) : (
          next_run !== null && (
            <span title={formatMoment(next_run)}>
              {trans.__('Next run %1', formatRelative(next_run, now, trans))}
            </span>
          )
        )}
        {last_run && <LastRun {...props} run={last_run} now={now} />}
      </div>
      {deployment.server_changes.length > 0 && (
        <Notice kind="warning">
          {[
            trans.__(
              'Changed on the server since its deploy. Deploy it again to repair it:'
            ),
            ...deployment.server_changes
          ].join('\n')}
        </Notice>
      )}
      {error && (
        <Notice kind="error" onClose={clear} trans={trans}>
          {error.message}
        </Notice>
      )}
      <div className="jp-pipeline-actions">
        <IconButton
          icon={runIcon}
          label={trans.__('Run %1 now', name)}
          text={trans.__('Run')}
          disabled={busy}
          onClick={() => execute(CommandIDs.runDeployment)}
        />
        {deployment.schedules.length > 0 && (
          <IconButton
            icon={paused ? resumeIcon : pauseIcon}
            label={
              paused
                ? trans.__('Resume the schedule of %1', name)
                : trans.__('Pause the schedule of %1', name)
            }
            text={paused ? trans.__('Resume') : trans.__('Pause')}
            disabled={busy}
            onClick={() =>
              execute(paused ? CommandIDs.resumeDeployment : CommandIDs.pauseDeployment)
            }
          />
        )}
        {deployment.target === 'staging' && (
          <button
            type="button"
            className="jp-pipeline-link"
            disabled={busy}
            onClick={() => execute(CommandIDs.promoteDeployment)}
          >
            {trans.__('Promote')}
          </button>
        )}
        <span className="jp-pipeline-actions-end">
          <IconButton
            icon={historyIcon}
            label={trans.__('Roll %1 back to an earlier version', name)}
            disabled={busy}
            onClick={() => execute(CommandIDs.rollBackDeployment)}
          />
          {deployment.url && (
            <IconButton
              icon={launchIcon}
              label={trans.__('Open %1 in Prefect', name)}
              onClick={() => window.open(deployment.url, '_blank', 'noopener')}
            />
          )}
          <IconButton
            icon={deleteIcon}
            label={trans.__('Delete %1', name)}
            disabled={busy}
            onClick={() => execute(CommandIDs.deleteDeployment)}
          />
        </span>
      </div>
    </li>
  );
}

function LastRun(
  props: DeploymentsSection.IOptions & { run: Deployments.IRun; now: number }
): JSX.Element | null {
  const { commands, now, run, trans } = props;
  const when = run.end ?? run.start ?? run.expected_start;
  if (when === null) {
    return null;
  }
  return (
    <button
      type="button"
      className="jp-pipeline-link"
      title={trans.__('%1, %2: show its log', run.name, formatMoment(when))}
      onClick={() =>
        void commands.execute(CommandIDs.showRunLogs, { id: run.id, name: run.name })
      }
    >
      {trans.__('Last run %1', formatRelative(when, now, trans))}
    </button>
  );
}

function runTone(state: string): 'good' | 'busy' | 'bad' | 'off' {
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
