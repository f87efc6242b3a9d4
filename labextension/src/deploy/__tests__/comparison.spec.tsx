import { nullTranslator } from '@jupyterlab/translation';
import React from 'react';
import { createRoot } from 'react-dom/client';

import type { IItemComparison, IRehearsalComparison } from '../../records';
import { RehearsalComparison } from '../comparison';

const item = (more: Partial<IItemComparison>): IItemComparison => ({
  kind: 'text',
  status: 'differs',
  name: '',
  reason: 'the text differs',
  notebook: '',
  run: '',
  notebook_picture: '',
  run_picture: '',
  ...more
});

const COMPARISON: IRehearsalComparison = {
  cells: [
    {
      cell: 0,
      label: 'In [1] "a"',
      status: 'same',
      reason: '',
      items: [],
      ignored: [],
      notes: []
    },
    {
      cell: 1,
      label: 'In [2] "b"',
      status: 'differs',
      reason: '',
      items: [
        item({ notebook: '<img src=x onerror=alert(1)>', run: '2' }),
        item({ kind: 'picture', notebook_picture: 'iVBORw0K', run_picture: 'iVBORw0L' })
      ],
      ignored: ['times', 'addresses'],
      notes: ['Large values.']
    },
    {
      cell: 2,
      label: 'In [3] "c"',
      status: 'cannot be compared',
      reason: 'it was not executed in the notebook',
      items: [],
      ignored: [],
      notes: []
    }
  ],
  files: [
    item({ kind: 'file', name: 'same.csv', status: 'same', reason: '' }),
    item({ kind: 'file', name: 'out.csv', reason: 'the run wrote an empty file' })
  ],
  notes: ['Names are compared only by %%deploy.'],
  seconds: 0.1
};

async function render(comparison: IRehearsalComparison): Promise<HTMLElement> {
  const node = document.createElement('div');
  const trans = nullTranslator.load('jupyter_pipeline');
  createRoot(node).render(
    <RehearsalComparison comparison={comparison} trans={trans} />
  );
  for (let i = 0; i < 200 && !node.querySelector('h4'); i++) {
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  return node;
}

test('each cell shows its status, its reason and both sides of a difference', async () => {
  const node = await render(COMPARISON);
  expect(node.querySelector('h4')!.textContent).toBe(
    'Compared with the notebook: 1 same, 1 differs, 1 cannot be compared'
  );
  const rows = [...node.querySelectorAll('li')];
  expect(rows.map(row => row.dataset.status)).toEqual([
    'same',
    'differs',
    'cannot be compared',
    'differs'
  ]);
  expect(rows[0].querySelector('details')).toBeNull();
  expect(rows[1].querySelector('details')!.open).toBe(true);
  expect(rows[1].textContent).toContain('(ignored: times, addresses)');
  expect([...rows[1].querySelectorAll('img')].map(each => each.src)).toEqual([
    'data:image/png;base64,iVBORw0K',
    'data:image/png;base64,iVBORw0L'
  ]);
  expect(rows[2].querySelector('details')).toBeNull();
  expect(rows[2].querySelector('.jp-pipeline-hint')!.textContent).toBe(
    'it was not executed in the notebook'
  );
  expect(rows[3].textContent).toContain('file out.csv: the run wrote an empty file');
});

test('an output of the notebook is shown as text', async () => {
  const node = await render(COMPARISON);
  expect(node.querySelector('pre')!.textContent).toBe('<img src=x onerror=alert(1)>');
  expect(node.querySelector('img[src="x"]')).toBeNull();
});
