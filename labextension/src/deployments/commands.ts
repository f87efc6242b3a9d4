import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, InputDialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { formatCommit, formatMoment, shortHash } from '../format';
import { NO_ARGUMENTS } from '../panel';
import { showText } from '../text';
import { CommandIDs, type IDeploymentManager } from '../tokens';

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
    act: (name: string) => Promise<unknown>
  ): string => {
    commands.addCommand(id, {
      label,
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
    label: trans.__('Show the Log of a Run'),
    describedBy: {
      args: {
        type: 'object',
        properties: { id: { type: 'string' }, name: { type: 'string' } },
        required: ['id']
      }
    },
    execute: async args =>
      showText(
        trans.__('Log of %1', String(args.name ?? args.id)),
        await manager.runLogs(args.id as string),
        trans
      )
  });
  return [
    ofDeployment(CommandIDs.runDeployment, trans.__('Run a Deployment Now…'), name =>
      manager.run(name)
    ),
    ofDeployment(CommandIDs.pauseDeployment, trans.__('Pause a Deployment…'), name =>
      manager.setPaused(name, true)
    ),
    ofDeployment(CommandIDs.resumeDeployment, trans.__('Resume a Deployment…'), name =>
      manager.setPaused(name, false)
    ),
    ofDeployment(
      CommandIDs.rollBackDeployment,
      trans.__('Roll a Deployment Back…'),
      rollBack
    ),
    ofDeployment(
      CommandIDs.promoteDeployment,
      trans.__('Promote a Deployment from Staging to Production…'),
      promote
    ),
    ofDeployment(CommandIDs.deleteDeployment, trans.__('Delete a Deployment…'), remove),
    CommandIDs.startService,
    CommandIDs.stopService
  ];
}
