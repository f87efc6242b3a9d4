import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, InputDialog, showDialog } from '@jupyterlab/apputils';
import { deleteIcon, historyIcon, type LabIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';

import { formatCommit, formatMoment, shortHash } from '../format';
import { launchIcon, logsIcon, pauseIcon, resumeIcon, runIcon } from '../icons';
import { NO_ARGUMENTS } from '../panel';
import { showText } from '../text';
import { CommandIDs, type IDeploymentManager } from '../tokens';
import { createReport, reportId } from './report';

/** The arguments of a command for one run. */
const RUN = {
  type: 'object',
  properties: { id: { type: 'string' }, name: { type: 'string' } },
  required: ['id']
};

/**
 * Add the commands and return those that the palette shows.
 */
export function addDeploymentCommands(
  app: JupyterFrontEnd,
  manager: IDeploymentManager,
  trans: TranslationBundle
): string[] {
  const { commands } = app;
  const ofDeployment = (
    id: string,
    label: string,
    /** The label and the icon in the menu of a deployment. */
    short: { label: string; icon?: LabIcon },
    act: (name: string) => Promise<unknown>
  ): string => {
    commands.addCommand(id, {
      label: ({ name }) => (name ? short.label : label),
      icon: ({ name }) => (name ? short.icon : undefined),
      describedBy: {
        args: {
          type: 'object',
          properties: {
            name: {
              type: 'string',
              description: 'The deployment; asked for when absent'
            }
          }
        }
      },
      execute: async args => {
        const name =
          (args.name as string) ??
          (
            await InputDialog.getItem({
              title: trans.__('Choose a deployment'),
              items: manager.deployments.map(d => d.name)
            })
          ).value;
        if (name) {
          await act(name);
        }
      }
    });
    return id;
  };
  const remove = async (name: string): Promise<void> => {
    const { button } = await showDialog({
      title: trans.__('Delete the deployment %1?', name),
      body: trans.__(
        'Its schedule ends. The generated files and the records of its runs stay.'
      ),
      buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Delete') })]
    });
    if (button.accept) {
      await manager.delete(name);
    }
  };
  const rollBack = async (name: string): Promise<void> => {
    const versions = await manager.versions(name);
    const earlier = versions.filter(version => !version.current);
    if (earlier.length === 0) {
      throw new Error(trans.__('%1 has no other version.', name));
    }
    const items = earlier.map(v =>
      [
        `${v.number}: ${shortHash(v.version)}`,
        formatMoment(v.deployed),
        v.by,
        ...(v.commit ? [formatCommit(v, trans)] : [])
      ].join(', ')
    );
    const { value } = await InputDialog.getItem({
      title: trans.__('Roll %1 back', name),
      label: trans.__('To the version'),
      items,
      okLabel: trans.__('Roll Back')
    });
    if (value) {
      await manager.rollBack(name, earlier[items.indexOf(value)].number);
    }
  };
  const promote = async (name: string): Promise<void> => {
    const pipeline = name.replace(/-staging$/, '');
    const { button } = await showDialog({
      title: trans.__('Promote %1 to production?', pipeline),
      body: trans.__(
        'Production runs the same code from then on, with the profile, the parameters and the schedule of its target.'
      ),
      buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Promote') })]
    });
    if (button.accept) {
      await manager.promote(pipeline);
    }
  };

  const open = async (name: string): Promise<void> => {
    const url = manager.deployments.find(d => d.name === name)?.url;
    if (!url) {
      throw new Error(trans.__('%1 has no page in Prefect.', name));
    }
    window.open(url, '_blank', 'noopener');
  };

  commands.addCommand(CommandIDs.startService, {
    label: trans.__('Start the Prefect Service'),
    describedBy: { args: NO_ARGUMENTS },
    execute: () => manager.startService()
  });
  commands.addCommand(CommandIDs.stopService, {
    label: trans.__('Stop the Prefect Service…'),
    describedBy: { args: NO_ARGUMENTS },
    execute: async () => {
      const { button } = await showDialog({
        title: trans.__('Stop the Prefect service?'),
        body: trans.__(
          'Schedules do not start runs until the service is started again.'
        ),
        buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Stop') })]
      });
      if (button.accept) {
        await manager.stopService();
      }
    }
  });
  commands.addCommand(CommandIDs.showRunLogs, {
    label: ({ short }) =>
      short ? trans.__('Log of the Last Run') : trans.__('Show the Log of a Run'),
    icon: logsIcon,
    describedBy: { args: RUN },
    execute: async args =>
      showText(
        trans.__('Log of %1', String(args.name ?? args.id)),
        await manager.runLogs(args.id as string),
        trans
      )
  });
  commands.addCommand(CommandIDs.showRunReport, {
    label: ({ short }) =>
      short ? trans.__('Report of the Last Run') : trans.__('Show the Report of a Run'),
    icon: logsIcon,
    describedBy: { args: RUN },
    execute: async args => {
      const { name, run } = await manager.runReport(args.id as string);
      let widget = Array.from(app.shell.widgets('main')).find(
        each => each.id === reportId(run)
      );
      if (!widget) {
        widget = createReport(app.serviceManager.serverSettings, run, name, trans);
        app.shell.add(widget, 'main');
      }
      app.shell.activateById(widget.id);
    }
  });
  return [
    ofDeployment(
      CommandIDs.runDeployment,
      trans.__('Run a Deployment Now…'),
      { label: trans.__('Run Now'), icon: runIcon },
      name => manager.run(name)
    ),
    ofDeployment(
      CommandIDs.pauseDeployment,
      trans.__('Pause a Deployment…'),
      { label: trans.__('Pause the Schedule'), icon: pauseIcon },
      name => manager.setPaused(name, true)
    ),
    ofDeployment(
      CommandIDs.resumeDeployment,
      trans.__('Resume a Deployment…'),
      { label: trans.__('Resume the Schedule'), icon: resumeIcon },
      name => manager.setPaused(name, false)
    ),
    ofDeployment(
      CommandIDs.openDeployment,
      trans.__('Open a Deployment in Prefect…'),
      { label: trans.__('Open in Prefect'), icon: launchIcon },
      open
    ),
    ofDeployment(
      CommandIDs.rollBackDeployment,
      trans.__('Roll a Deployment Back…'),
      { label: trans.__('Roll Back…'), icon: historyIcon },
      rollBack
    ),
    ofDeployment(
      CommandIDs.promoteDeployment,
      trans.__('Promote a Deployment from Staging to Production…'),
      { label: trans.__('Promote to Production…') },
      promote
    ),
    ofDeployment(
      CommandIDs.deleteDeployment,
      trans.__('Delete a Deployment…'),
      { label: trans.__('Delete…'), icon: deleteIcon },
      remove
    ),
    CommandIDs.startService,
    CommandIDs.stopService
  ];
}
