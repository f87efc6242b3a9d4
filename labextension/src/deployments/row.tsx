import { PathExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import React from 'react';

import type { Actions } from '../actions';
import { LinkButton } from '../components';
import { ErrorText } from '../errors';
import { formatCommit, formatMoment, formatRelative } from '../format';
import { deployIcon, runIcon } from '../icons';
import type { MenuEntry } from '../menu';
import { Facts, Row, type IRowFocus } from '../rows';
import { CommandIDs, type Deployments } from '../tokens';
import { runStateName, runTone } from './order';

/**
 * One deployment: the state of its last run, the time of the next one, and actions.
 */
export function DeploymentRow(props: {
  deployment: Deployments.IModel;
  actions: Actions;
  commands: CommandRegistry;
  expanded: boolean;
  onToggle: () => void;
  focus: IRowFocus;
  stale: boolean;
  trans: TranslationBundle;
}): JSX.Element {
  const { actions, commands, deployment, stale, trans } = props;
  const { id, last_run, name, next_run, paused, server_changes } = deployment;
  const now = Date.now() / 1000;
  const failed = last_run !== null && runTone(last_run.state) === 'bad';
  const link = (label: string, onClick: () => void, title?: string): JSX.Element => (
    <LinkButton disabled={stale} title={title} onClick={onClick}>
      {label}
    </LinkButton>
  );
  const moment = (time: number): JSX.Element => (
    <span title={formatMoment(time)}>{formatRelative(time, now, trans)}</span>
  );
  const showLog = (): void =>
    actions.run(id, () =>
      commands.execute(CommandIDs.showRunLogs, {
        id: last_run!.id,
        name: last_run!.name
      })
    );
  const showReport = (): void =>
    actions.run(id, () =>
      commands.execute(CommandIDs.showRunReport, { id: last_run!.id })
    );
  const runTime =
    last_run && (last_run.end ?? last_run.start ?? last_run.expected_start);
  return (
    <Row
      id={id}
      name={name}
      icon={deployIcon}
      tone={last_run ? runTone(last_run.state) : 'off'}
      state={last_run ? runStateName(last_run.state, trans) : trans.__('no run yet')}
      figure={
        paused
          ? { text: trans.__('paused'), tone: 'warn' }
          : next_run !== null
            ? {
                text: formatRelative(next_run, now, trans),
                short: formatRelative(next_run, now, trans, true),
                title: trans.__('Next run: %1', formatMoment(next_run))
              }
            : null
      }
      action={{
        icon: runIcon,
        label: trans.__('Run %1 now', name),
        command: CommandIDs.runDeployment,
        args: { name }
      }}
      menu={deploymentMenu(deployment)}
      message={
        <>
          {failed && last_run.cause && (
            <ErrorText text={last_run.cause} trans={trans}>
              {link(trans.__('Log'), showLog)} {link(trans.__('Report'), showReport)}
            </ErrorText>
          )}
          {server_changes.length > 0 && (
            <ErrorText
              kind="warning"
              text={[
                trans.__(
                  'Changed on the server since its deploy. Deploy it again to repair it:'
                ),
                ...server_changes
              ].join('\n')}
              trans={trans}
            />
          )}
        </>
      }
      details={() => (
        <>
          <Facts
            facts={[
              [
                trans.__('Schedule'),
                deployment.schedule_text || trans.__('No schedule')
              ],
              [trans.__('Next run'), !paused && next_run !== null && moment(next_run)],
              [trans.__('Last run'), runTime !== null && moment(runTime)],
              [trans.__('Profile'), deployment.profile],
              [trans.__('Target'), deployment.target],
              [
                trans.__('Commit'),
                deployment.commit && (
                  <span title={deployment.commit}>
                    {formatCommit(deployment, trans)}
                  </span>
                )
              ],
              [
                trans.__('Notebook'),
                deployment.notebook && (
                  <span title={deployment.notebook}>
                    {PathExt.basename(deployment.notebook)}
                  </span>
                )
              ]
            ]}
          />
          {last_run && (
            <div className="jp-pipeline-row-links">
              {link(
                trans.__('Log of the last run'),
                showLog,
                trans.__('Show the log of %1', last_run.name)
              )}
              {link(
                trans.__('Report of the last run'),
                showReport,
                trans.__('Show the report of %1', last_run.name)
              )}
            </div>
          )}
        </>
      )}
      expanded={props.expanded}
      onToggle={props.onToggle}
      actions={actions}
      commands={commands}
      focus={props.focus}
      stale={stale}
      trans={trans}
      data={{ 'data-deployment': name }}
    />
  );
}

function deploymentMenu(deployment: Deployments.IModel): MenuEntry[] {
  const { last_run, name, paused, schedules, target, url } = deployment;
  const args = { name };
  const schedule: MenuEntry[] =
    schedules.length > 0
      ? [
          {
            command: paused ? CommandIDs.resumeDeployment : CommandIDs.pauseDeployment,
            args
          }
        ]
      : [];
  const log: MenuEntry[] = last_run
    ? [
        {
          command: CommandIDs.showRunLogs,
          args: { id: last_run.id, name: last_run.name, short: true }
        },
        {
          command: CommandIDs.showRunReport,
          args: { id: last_run.id, name: last_run.name, short: true }
        }
      ]
    : [];
  const promote: MenuEntry[] =
    target === 'staging' ? [{ command: CommandIDs.promoteDeployment, args }] : [];
  const open: MenuEntry[] = url ? [{ command: CommandIDs.openDeployment, args }] : [];
  return [
    { command: CommandIDs.runDeployment, args },
    ...schedule,
    ...log,
    ...open,
    null,
    ...promote,
    { command: CommandIDs.rollBackDeployment, args },
    null,
    { command: CommandIDs.deleteDeployment, args }
  ];
}
