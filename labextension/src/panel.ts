import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import {
  ITranslator,
  nullTranslator,
  type TranslationBundle
} from '@jupyterlab/translation';
import { SidePanel } from '@jupyterlab/ui-components';
import type { AccordionPanel, PanelLayout, Widget } from '@lumino/widgets';

import { Banner } from './banner';
import { pipelineIcon } from './icons';
import { addToPalette } from './palette';
import { CommandIDs, IPipelinePanel, type IPolled } from './tokens';

/** Height of the first section relative to each other one. */
const FIRST = 2;

/**
 * The sidebar. Sections are added to the page after all plugins have registered them, in the order of their ranks.
 */
class PipelinePanel extends SidePanel implements IPipelinePanel {
  constructor(options: SidePanel.IOptions, trans: TranslationBundle) {
    super(options);
    this._banner = new Banner(trans);
    (this.layout as PanelLayout).insertWidget(0, this._banner);
  }

  addSection(section: Widget, rank: number, data: IPolled): void {
    this._banner.add(data);
    this._sections.push({ section, rank });
    if (this._isLaidOut) {
      this.addWidget(section);
    }
  }

  layOut(): void {
    this._isLaidOut = true;
    for (const { section } of this._sections.sort((a, b) => a.rank - b.rank)) {
      this.addWidget(section);
    }
    (this.content as AccordionPanel).setRelativeSizes(
      this._sections.map((_, index) => (index === 0 ? FIRST : 1))
    );
  }

  private _banner: Banner;
  private _isLaidOut = false;
  private _sections: { section: Widget; rank: number }[] = [];
}

export const panelPlugin: JupyterFrontEndPlugin<IPipelinePanel> = {
  id: 'jupyter-pipeline:panel',
  description: 'Provides the Pipeline sidebar.',
  autoStart: true,
  provides: IPipelinePanel,
  optional: [ITranslator, ILayoutRestorer, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator | null,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null
  ): IPipelinePanel => {
    const trans = (translator ?? nullTranslator).load('jupyter_pipeline');
    const panel = new PipelinePanel({ translator: translator ?? undefined }, trans);
    panel.id = 'jp-pipeline-panel';
    panel.addClass('jp-pipeline-panel');
    panel.title.icon = pipelineIcon;
    panel.title.caption = trans.__('Pipeline: clusters and deployments');
    panel.node.setAttribute('role', 'region');
    panel.node.setAttribute('aria-label', trans.__('Pipeline'));
    app.shell.add(panel, 'left', { rank: 210, type: 'Pipeline' });
    restorer?.add(panel, panel.id);
    void app.started.then(() => panel.layOut());

    app.commands.addCommand(CommandIDs.showPanel, {
      label: trans.__('Show the Pipeline Panel'),
      icon: pipelineIcon,
      describedBy: { args: NO_ARGUMENTS },
      execute: () => app.shell.activateById(panel.id)
    });
    addToPalette(palette, app.commands, [CommandIDs.showPanel], trans);
    return panel;
  }
};

export const NO_ARGUMENTS = { type: 'object', properties: {} } as const;
