import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import React from 'react';

import type { Actions } from '../actions';
import { LinkButton } from '../components';
import { ErrorText } from '../errors';
import type { Tone } from '../rows';
import { CommandIDs, type Deployments, type IDeploymentManager } from '../tokens';

const TONE: { [state in Deployments.IService['state']]: Tone } = {
  running: 'good',
  starting: 'busy',
  failing: 'bad',
  stopped: 'off'
};

/** The key of the actions of the service. */
const SERVICE = 'service';

/**
 * The state of the Prefect service in one line.
 */
export function ServiceLine(props: {
  service: Deployments.IService;
  actions: Actions;
  commands: CommandRegistry;
  manager: IDeploymentManager;
  stale: boolean;
  trans: TranslationBundle;
}): JSX.Element {
  const { actions, commands, manager, service, stale, trans } = props;
  const busy = actions.isBusy(SERVICE);
  const error = actions.error(SERVICE);
  const elsewhere = !!service.api && !service.api.embedded;
  const states = {
    running: trans.__('running'),
    starting: trans.__('starting'),
    failing: trans.__('failing'),
    stopped: trans.__('stopped')
  };
  return (
    <div
      className="jp-pipeline-service"
      data-service={service.state}
      role="group"
      aria-label={trans.__('Prefect')}
      aria-busy={busy}
    >
      <div className="jp-pipeline-service-line">
        <span
          className={`jp-pipeline-dot jp-mod-${
            elsewhere ? 'good' : busy ? 'busy' : TONE[service.state]
          }`}
        />
        <span
          className="jp-pipeline-service-text"
          title={
            elsewhere ? trans.__('Set by %1', service.api!.source) : service.reason
          }
        >
          {trans.__('Prefect')}{' '}
          <span className="jp-pipeline-state">
            {elsewhere
              ? trans.__('connected')
              : busy
                ? trans.__('working…')
                : states[service.state]}
          </span>
        </span>
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
        {!elsewhere &&
          (service.state === 'stopped' ? (
            <LinkButton
              disabled={busy || stale}
              aria-label={trans.__('Start Prefect')}
              onClick={() => actions.run(SERVICE, () => manager.startService())}
            >
              {trans.__('Start')}
            </LinkButton>
          ) : (
            <LinkButton
              disabled={busy || stale}
              aria-label={trans.__('Stop Prefect')}
              onClick={() =>
                actions.run(SERVICE, () => commands.execute(CommandIDs.stopService))
              }
            >
              {trans.__('Stop')}
            </LinkButton>
          ))}
      </div>
      {busy && service.state === 'stopped' && (
        <p className="jp-pipeline-hint">
          {trans.__('The server and its worker take about half a minute to start.')}
        </p>
      )}
      {service.state === 'failing' && service.reason && (
        <ErrorText text={service.reason} trans={trans} />
      )}
      {error && (
        <ErrorText
          text={error.message}
          trans={trans}
          onDismiss={() => actions.dismissError(SERVICE)}
        />
      )}
    </div>
  );
}
