import { Dialog, ReactWidget, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { InputField } from '../fields';

/**
 * Ask for the bounds of an adaptive cluster. Null if the user cancels.
 */
export async function chooseBounds(
  name: string,
  minimum: number,
  maximum: number,
  trans: TranslationBundle
): Promise<[number, number] | null> {
  const body = new BoundsBody(minimum, maximum, trans);
  const { button } = await showDialog({
    title: trans.__('Adapt %1 to the load', name),
    body,
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Adapt') })]
  });
  return button.accept ? body.getValue() : null;
}

class BoundsBody extends ReactWidget {
  constructor(
    private _minimum: number,
    private _maximum: number,
    private _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-pipeline-field-row');
  }

  getValue(): [number, number] {
    return [this._minimum, this._maximum];
  }

  render(): JSX.Element {
    return (
      <>
        <InputField
          label={this._trans.__('Minimum')}
          type="number"
          min={0}
          defaultValue={this._minimum}
          onChange={value => {
            this._minimum = Number(value);
          }}
        />
        <InputField
          label={this._trans.__('Maximum')}
          type="number"
          min={1}
          defaultValue={this._maximum}
          onChange={value => {
            this._maximum = Number(value);
          }}
        />
      </>
    );
  }
}
