import {
  ReactWidget,
  Toolbar,
  ToolbarButtonComponent,
  addToolbarButtonClass,
  type LabIcon
} from '@jupyterlab/ui-components';
import type { IDisposable } from '@lumino/disposable';
import type { Message } from '@lumino/messaging';
import React from 'react';

import type { IPolled } from './tokens';

/**
 * A section of the sidebar. Its manager polls the server only while the section is visible: neither collapsed, nor in a
 * hidden sidebar.
 */
export abstract class Section extends ReactWidget {
  constructor(private _manager: IPolled) {
    super();
    this.addClass('jp-pipeline-section');
  }

  /**
   * The buttons in the header of the section.
   */
  readonly toolbar = new Toolbar();

  dispose(): void {
    this._release();
    super.dispose();
    this.toolbar.dispose();
  }

  /**
   * Add a button to the header. (`ToolbarButton` has an attribute that its role does not allow.)
   */
  protected addButton(
    name: string,
    button: { icon: LabIcon; tooltip: string; onClick: () => void }
  ): void {
    this.toolbar.addItem(
      name,
      addToolbarButtonClass(
        ReactWidget.create(React.createElement(ToolbarButtonComponent, button))
      )
    );
  }

  protected onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    this._follow();
  }

  protected onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this._follow();
  }

  protected onAfterHide(msg: Message): void {
    super.onAfterHide(msg);
    this._release();
  }

  protected onBeforeDetach(msg: Message): void {
    this._release();
    super.onBeforeDetach(msg);
  }

  private _follow(): void {
    if (this.isVisible && !this._watching) {
      this._watching = this._manager.watch();
    }
  }

  private _release(): void {
    this._watching?.dispose();
    this._watching = null;
  }

  private _watching: IDisposable | null = null;
}
