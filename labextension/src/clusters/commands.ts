import type { JupyterFrontEnd } from '@jupyterlab/application';
import {
  Dialog,
  IFrame,
  InputDialog,
  MainAreaWidget,
  Notification,
  showDialog,
  showErrorMessage
} from '@jupyterlab/apputils';
import type { INotebookTracker } from '@jupyterlab/notebook';
import { refreshIcon, stopIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { attachIcon, dashboardIcon, launchIcon, logsIcon, plotsIcon } from '../icons';
import { showText } from '../text';
import { CommandIDs, type Clusters, type IClusterManager } from '../tokens';
import { chooseBounds } from './bounds';
import { findCluster, isAlive } from './order';
import { currentKernel, listPythonKernels, type IKernelChoice } from './kernelspecs';
import { chooseStart, createDraft, toStartOptions, type IStartDraft } from './start';
import { SyncCancelled, type Syncs } from './sync';

type Arguments = ReadonlyPartialJSONObject;

const NAME = {
  name: { type: 'string', description: 'The cluster; asked for when absent' }
} as const;

/**
 * Add the commands of clusters. Without a name in the arguments, a dialog lets the user choose the cluster.
 */
export function addClusterCommands(options: {
  app: JupyterFrontEnd;
  manager: IClusterManager;
  notebooks: INotebookTracker | null;
  syncs: Syncs;
  trans: TranslationBundle;
}): void {
  const { app, manager, notebooks, syncs, trans } = options;
  const { commands, shell } = app;

  const find = (args: Arguments): Clusters.IModel | undefined =>
    findCluster([...manager.clusters, ...manager.ended], args.name as string);
  const choose = async (args: Arguments): Promise<Clusters.IModel | null> => {
    if (args.name) {
      const found = find(args);
      if (!found) {
        throw new Error(trans.__('No cluster is called %1.', String(args.name)));
      }
      return found;
    }
    const known = manager.clusters;
    if (known.length === 0) {
      throw new Error(trans.__('No cluster is running.'));
    }
    const { value } = await InputDialog.getItem({
      title: trans.__('Choose a cluster'),
      items: known.map(c => c.name)
    });
    return value === null ? null : (find({ name: value }) ?? null);
  };

  const pythonKernels = (): ReadonlyArray<IKernelChoice> =>
    listPythonKernels(app.serviceManager.kernelspecs.specs);
  /** The kernel of the current notebook, if it is a Python kernel. */
  const currentPythonKernel = (): string | undefined => {
    const name = currentKernel(notebooks);
    return pythonKernels().some(kernel => kernel.name === name) ? name : undefined;
  };
  /** The short label in the menu of a cluster, the long one elsewhere. */
  const label =
    (short: string, long: string) =>
    (args: Arguments): string =>
      args.name ? short : long;
  /** Disabled for a cluster that is known not to be in one of the states. */
  const inState =
    (...states: Clusters.State[]) =>
    (args: Arguments): boolean => {
      const found = find(args);
      return !found || states.includes(found.state);
    };

  commands.addCommand(CommandIDs.startCluster, {
    label: trans.__('Start a Cluster…'),
    caption: trans.__('Start a cluster from a profile'),
    describedBy: {
      args: {
        type: 'object',
        properties: {
          profile: { type: 'string', description: 'Asked for when absent' },
          name: { type: 'string' },
          workers: { type: 'integer', minimum: 0 },
          kernel: {
            type: 'string',
            description: 'By default the kernel of the current notebook'
          }
        }
      }
    },
    execute: async args => {
      if (args.profile) {
        await manager.start({
          kernel: currentPythonKernel(),
          ...args,
          profile: args.profile as string
        });
        return;
      }
      await manager.loadProfiles();
      if (manager.failure ?? manager.profilesFailure) {
        throw manager.failure ?? manager.profilesFailure;
      }
      const choices = { kernels: pythonKernels(), profiles: manager.profiles, trans };
      let draft: IStartDraft | null = createDraft(choices, currentKernel(notebooks));
      let error: Error | null = null;
      while ((draft = await chooseStart(choices, draft, error))) {
        shell.activateById('jp-pipeline-panel');
        try {
          await manager.start(toStartOptions(draft, trans));
          return;
        } catch (reason) {
          error = reason as Error; // the dialog opens again with the values
        }
      }
    }
  });

  commands.addCommand(CommandIDs.restartCluster, {
    label: label(trans.__('Restart…'), trans.__('Restart a Cluster…')),
    caption: trans.__('Stop the cluster and start it in the environment of a kernel'),
    isEnabled: inState('running'),
    describedBy: {
      args: {
        type: 'object',
        properties: {
          ...NAME,
          kernel: {
            type: 'string',
            description: 'By default the kernel of the current notebook'
          }
        }
      }
    },
    execute: async args => {
      const cluster = await choose(args);
      if (!cluster) {
        return;
      }
      await manager.loadProfiles();
      const { adaptive, name, profile, workers, workers_wanted } = cluster;
      const found = manager.profiles.find(p => p.name === profile);
      if (!found || found.refusal) {
        throw new Error(
          found?.refusal ||
            trans.__(
              'The profile %1 does not exist any more. Start another one.',
              profile
            )
        );
      }
      const kernel = (args.kernel as string) ?? currentPythonKernel();
      const title = pythonKernels().find(k => k.name === kernel)?.title ?? kernel;
      const { button } = await showDialog({
        title: trans.__('Restart %1?', name),
        body: trans.__(
          'All notebooks lose this cluster and the data in its memory. The new cluster uses the packages of the kernel “%1”.',
          title ?? trans.__('default')
        ),
        buttons: [
          Dialog.cancelButton(),
          Dialog.warnButton({ label: trans.__('Restart the Cluster') })
        ]
      });
      if (!button.accept) {
        return;
      }
      // Before the stop, so that a refused start leaves the cluster.
      await manager.checkProfile(profile, kernel);
      await manager.stop(name);
      try {
        await manager.start({
          profile,
          name,
          kernel,
          ...(adaptive
            ? { adapt: [adaptive[0], adaptive[1]] as [number, number] }
            : { workers: workers_wanted ?? workers })
        });
      } catch (reason) {
        // The row that shows errors has ended with the cluster.
        await showErrorMessage(
          trans.__('%1 was stopped and does not start again', name),
          reason as Error
        );
      }
    }
  });

  commands.addCommand(CommandIDs.scaleCluster, {
    label: label(trans.__('Scale…'), trans.__('Scale a Cluster…')),
    isEnabled: inState('running'),
    describedBy: {
      args: {
        type: 'object',
        properties: { ...NAME, workers: { type: 'integer', minimum: 0 } }
      }
    },
    execute: async args => {
      const cluster = await choose(args);
      if (!cluster) {
        return;
      }
      const workers =
        (args.workers as number) ??
        (
          await InputDialog.getNumber({
            title: trans.__('Scale %1', cluster.name),
            label: trans.__('Workers'),
            value: cluster.workers
          })
        ).value;
      if (workers !== null) {
        await manager.scale(cluster.name, workers);
      }
    }
  });

  commands.addCommand(CommandIDs.adaptCluster, {
    label: label(trans.__('Adapt…'), trans.__('Adapt a Cluster to the Load…')),
    isEnabled: inState('running'),
    describedBy: {
      args: {
        type: 'object',
        properties: {
          ...NAME,
          minimum: { type: 'integer', minimum: 0 },
          maximum: { type: 'integer', minimum: 1 }
        }
      }
    },
    execute: async args => {
      const cluster = await choose(args);
      if (!cluster) {
        return;
      }
      const [least, most] = cluster.adaptive ?? [0, Math.max(cluster.workers, 1)];
      const bounds =
        args.maximum === undefined
          ? await chooseBounds(
              cluster.name,
              { minimum: String(least), maximum: String(most) },
              cluster.limits?.max_workers ?? null,
              trans
            )
          : [(args.minimum as number) ?? 0, args.maximum as number];
      if (bounds) {
        await manager.adapt(cluster.name, bounds[0], bounds[1]);
      }
    }
  });

  commands.addCommand(CommandIDs.extendCluster, {
    label: label(trans.__('Extend by 1 h'), trans.__('Extend a Cluster by 1 h…')),
    caption: trans.__('Stop the cluster one hour later'),
    isEnabled: inState('starting', 'running'),
    describedBy: {
      args: {
        type: 'object',
        properties: { ...NAME, seconds: { type: 'integer', default: 3600 } }
      }
    },
    execute: async args => {
      const cluster = await choose(args);
      if (cluster) {
        await manager.extend(cluster.name, (args.seconds as number) ?? 3600);
      }
    }
  });

  commands.addCommand(CommandIDs.dismissCluster, {
    label: label(trans.__('Dismiss'), trans.__('Dismiss a Failed Cluster…')),
    caption: trans.__('Move the cluster to the ended ones'),
    isVisible: args =>
      !args.name || manager.clusters.some(({ id }) => id === args.name),
    describedBy: { args: { type: 'object', properties: NAME } },
    execute: async args => {
      const cluster = await choose(args);
      if (cluster) {
        await manager.dismiss(cluster.id);
      }
    }
  });

  commands.addCommand(CommandIDs.stopCluster, {
    label: label(trans.__('Stop…'), trans.__('Stop a Cluster…')),
    icon: args => (args.name ? stopIcon : undefined),
    isEnabled: inState('starting', 'running', 'lost'),
    describedBy: {
      args: {
        type: 'object',
        properties: {
          ...NAME,
          force: { type: 'boolean', description: 'Do not ask for confirmation' }
        }
      }
    },
    execute: async args => {
      const cluster = await choose(args);
      if (!cluster) {
        return;
      }
      const answer = args.force
        ? null
        : await showDialog({
            title: trans.__('Stop %1?', cluster.name),
            body: trans.__(
              'All notebooks lose this cluster and the data in its memory.'
            ),
            buttons: [
              Dialog.cancelButton(),
              Dialog.warnButton({ label: trans.__('Stop the Cluster') })
            ]
          });
      if (!answer || answer.button.accept) {
        await manager.stop(isAlive(cluster.state) ? cluster.name : cluster.id);
      }
    }
  });

  commands.addCommand(CommandIDs.openDashboard, {
    label: ({ name, where }) =>
      !name
        ? trans.__('Open the Dashboard of a Cluster…')
        : where === 'browser'
          ? trans.__('Open the Dashboard in a Browser Tab')
          : where === 'dask'
            ? trans.__('Show the Plots in the Dask Panel')
            : trans.__('Open the Dashboard'),
    icon: ({ name, where }) =>
      !name
        ? undefined
        : where === 'browser'
          ? launchIcon
          : where === 'dask'
            ? plotsIcon
            : dashboardIcon,
    isVisible: ({ where }) => where !== 'dask' || commands.hasCommand(DASK_PANEL),
    isEnabled: args => {
      const found = find(args);
      return !found || !!found.dashboard_link;
    },
    describedBy: {
      args: {
        type: 'object',
        properties: {
          ...NAME,
          where: { type: 'string', enum: ['tab', 'browser', 'dask'], default: 'tab' }
        }
      }
    },
    execute: async args => {
      const cluster = await choose(args);
      if (!cluster) {
        return;
      }
      const url = manager.dashboardUrl(cluster);
      if (args.where === 'dask') {
        // The panel of dask-labextension adds the plots' names to the address itself.
        await commands.execute(DASK_PANEL, { url: url.replace(/\/status$/, '') });
        shell.activateById('dask-dashboard-launcher');
        return;
      }
      if (args.where === 'browser' || new URL(url).origin !== location.origin) {
        window.open(url, '_blank', 'noopener');
        return;
      }
      const id = `jp-pipeline-dashboard-${cluster.id}`;
      if (![...shell.widgets('main')].some(widget => widget.id === id)) {
        shell.add(createDashboard(id, cluster.name, url, trans), 'main', {
          mode: 'split-right'
        });
      }
      shell.activateById(id);
    }
  });

  commands.addCommand(CommandIDs.showLogs, {
    label: label(trans.__('Show Logs'), trans.__('Show the Logs of a Cluster…')),
    icon: args => (args.name ? logsIcon : undefined),
    describedBy: { args: { type: 'object', properties: NAME } },
    execute: async args => {
      const cluster = await choose(args);
      if (cluster) {
        await showText(
          trans.__('Logs of %1', cluster.name),
          await manager.logs(isAlive(cluster.state) ? cluster.name : cluster.id),
          trans
        );
      }
    }
  });

  commands.addCommand(CommandIDs.attachCluster, {
    label: label(
      trans.__('Insert a Cell that Attaches'),
      trans.__('Insert a Cell that Attaches to a Cluster…')
    ),
    icon: args => (args.name ? attachIcon : undefined),
    describedBy: { args: { type: 'object', properties: NAME } },
    isEnabled: args => !!notebooks?.currentWidget && inState('running')(args),
    execute: async args => {
      const cluster = await choose(args);
      const notebook = notebooks?.currentWidget?.content;
      if (!cluster) {
        return;
      }
      if (!notebook?.model) {
        throw new Error(trans.__('Open the notebook for the new cell.'));
      }
      const index = notebook.activeCellIndex + 1;
      notebook.model.sharedModel.insertCell(index, {
        cell_type: 'code',
        source: `%load_ext jupyter_pipeline\n%cluster attach ${cluster.name}`
      });
      notebook.activeCellIndex = index;
      await notebook.scrollToItem(index);
    }
  });

  commands.addCommand(CommandIDs.syncCluster, {
    label: label(trans.__('Sync with the Notebook'), trans.__('Sync a Cluster…')),
    icon: args => (args.name ? refreshIcon : undefined),
    isEnabled: args => !!notebooks?.currentWidget && inState('running')(args),
    caption: trans.__(
      'Send the packages and the local code of the current notebook to a cluster'
    ),
    isVisible: args => syncs.get(String(args.name)) === null,
    describedBy: { args: { type: 'object', properties: NAME } },
    execute: async args => {
      const kernel = notebooks?.currentWidget?.sessionContext.session?.kernel;
      if (!kernel) {
        throw new Error(
          trans.__('Open the notebook with the packages and the code to send.')
        );
      }
      const cluster = await choose(args);
      if (!cluster) {
        return;
      }
      try {
        await syncs.start(kernel, cluster.name);
      } catch (reason) {
        if (!(reason instanceof SyncCancelled)) {
          throw reason;
        }
        Notification.info(trans.__('The sync of %1 was cancelled.', cluster.name));
        return;
      } finally {
        await manager.refresh();
      }
      const synced = manager.clusters.find(({ id }) => id === cluster.id);
      Notification.success(
        trans.__('%1 is synced: %2', cluster.name, synced?.last_sync.summary ?? ''),
        { autoClose: 5000 }
      );
    }
  });

  commands.addCommand(CommandIDs.cancelSync, {
    label: label(
      trans.__('Cancel the Sync'),
      trans.__('Cancel the Sync of a Cluster…')
    ),
    isVisible: args => !args.name || syncs.get(String(args.name)) !== null,
    describedBy: { args: { type: 'object', properties: NAME } },
    execute: async args => {
      const cluster = await choose(args);
      if (cluster) {
        await syncs.cancel(cluster.name);
      }
    }
  });
}

/** The command of dask-labextension that shows the plots of a dashboard in its panel. */
export const DASK_PANEL = 'dask:populate-dashboard-url';

function createDashboard(
  id: string,
  name: string,
  url: string,
  trans: TranslationBundle
): MainAreaWidget {
  const content = new IFrame({
    sandbox: ['allow-scripts', 'allow-same-origin', 'allow-popups', 'allow-forms']
  });
  content.url = url;
  const widget = new MainAreaWidget({ content });
  widget.id = id;
  widget.title.label = trans.__('Dashboard: %1', name);
  widget.title.icon = dashboardIcon;
  widget.title.closable = true;
  content.node.querySelector('iframe')?.setAttribute('title', widget.title.label);
  return widget;
}
