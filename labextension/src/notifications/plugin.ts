import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import {
  ITranslator,
  nullTranslator,
  type TranslationBundle
} from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';

import { showCommandError } from '../palette';
import {
  CommandIDs,
  IClusterManager,
  IDeploymentManager,
  SETTINGS_ID,
  type Clusters,
  type Deployments
} from '../tokens';
import {
  compareClusters,
  compareDeployments,
  findVanished,
  type INotice
} from './notices';

/** More changes of one kind at once are shown as one notification. */
const MOST = 3;

/** Milliseconds until a notification without a problem vanishes. */
const SHORT = 8000;

const TYPES = {
  ready: 'success',
  ending: 'warning',
  ended: 'warning',
  failed: 'error',
  drift: 'warning',
  'run-failed': 'error'
} as const;

/**
 * Shows changes of clusters and deployments as notifications. The first lists after the start are not changes.
 */
class Notifier {
  constructor(
    private _clusters: IClusterManager,
    private _deployments: IDeploymentManager,
    private _commands: CommandRegistry,
    private _trans: TranslationBundle
  ) {
    _clusters.changed.connect(() => void this._onClusters());
    _deployments.changed.connect(() => this._onDeployments());
  }

  isEnabled = true;

  private async _onClusters(): Promise<void> {
    const { clusters, failure, isReady } = this._clusters;
    if (!isReady || failure) {
      return;
    }
    const before = this._knownClusters;
    this._knownClusters = clusters;
    if (!before) {
      return;
    }
    this._dismissSettled(clusters);
    const vanished = findVanished(before, clusters);
    const ended =
      vanished.length > 0 && this.isEnabled
        ? await this._clusters.findEnded(vanished.map(({ id }) => id)).catch(() => [])
        : [];
    this._show(compareClusters(before, clusters, ended, this._trans));
  }

  private _onDeployments(): void {
    const { deployments, failure, isReady } = this._deployments;
    if (!isReady || failure) {
      return;
    }
    const before = this._knownDeployments;
    this._knownDeployments = deployments;
    if (before) {
      this._show(compareDeployments(before, deployments, this._trans));
    }
  }

  /** Dismiss the warnings of clusters that have ended or were extended. */
  private _dismissSettled(clusters: ReadonlyArray<Clusters.IModel>): void {
    for (const [name, id] of this._warnings) {
      if (!clusters.some(cluster => cluster.name === name && cluster.warning)) {
        Notification.dismiss(id);
        this._warnings.delete(name);
      }
    }
  }

  private _show(notices: INotice[]): void {
    if (!this.isEnabled) {
      return;
    }
    for (const kind of new Set(notices.map(notice => notice.kind))) {
      const same = notices.filter(notice => notice.kind === kind);
      if (same.length > MOST) {
        this._notify({
          ...same[0],
          message: this._summarize(kind, same.length),
          actions: [
            {
              label: this._trans.__('Show Panel'),
              command: CommandIDs.showPanel,
              args: {}
            }
          ]
        });
      } else {
        for (const notice of same) {
          const id = this._notify(notice);
          if (kind === 'ending') {
            this._warnings.set(notice.name, id);
          }
        }
      }
    }
  }

  private _notify({ actions, kind, message }: INotice): string {
    return Notification.emit(message, TYPES[kind], {
      autoClose: kind === 'ready' ? SHORT : false,
      actions: actions.map(({ args, command, label }) => ({
        label,
        callback: () => {
          this._commands
            .execute(command, args)
            .catch(reason => showCommandError(this._commands, command, reason));
        }
      }))
    });
  }

  private _summarize(kind: INotice['kind'], count: number): string {
    const trans = this._trans;
    const texts: { [kind in INotice['kind']]: string } = {
      ready: trans.__('%1 clusters are ready.', count),
      ending: trans.__('%1 clusters will end soon.', count),
      ended: trans.__('%1 clusters end by their limits.', count),
      failed: trans.__('%1 clusters failed.', count),
      drift: trans.__('The packages of %1 clusters differ from the notebook.', count),
      'run-failed': trans.__('Runs of %1 deployments failed.', count)
    };
    return texts[kind];
  }

  private _knownClusters: ReadonlyArray<Clusters.IModel> | null = null;
  private _knownDeployments: ReadonlyArray<Deployments.IModel> | null = null;

  /** The shown notifications of clusters that end soon, by name. */
  private _warnings = new Map<string, string>();
}

export const notificationsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-pipeline:notifications',
  description: 'Notifies of changes of clusters and deployments.',
  autoStart: true,
  requires: [IClusterManager, IDeploymentManager],
  optional: [ISettingRegistry, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    clusters: IClusterManager,
    deployments: IDeploymentManager,
    settings: ISettingRegistry | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_pipeline');
    const notifier = new Notifier(clusters, deployments, app.commands, trans);
    void settings?.load(SETTINGS_ID).then(loaded => {
      const apply = (): void => {
        notifier.isEnabled = loaded.get('notifications').composite as boolean;
      };
      apply();
      loaded.changed.connect(apply);
    });
  }
};
