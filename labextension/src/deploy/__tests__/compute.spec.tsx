import { nullTranslator } from '@jupyterlab/translation';
import { Compute, groupByPlace } from '../compute';

const trans = nullTranslator.load('');
const plain = {
  profile: '',
  cpus: 0,
  memory: '',
  gpus: 0,
  function: false,
  region: '',
  on_workers: false
};

test('places are shown for steps outside of the process of the flow', () => {
  const step = { ...plain, step: 'a', text: 'x' };
  expect(Compute({ steps: [step], trans })).toBeNull();
  for (const place of [{ profile: 'gpu' }, { function: true }, { on_workers: true }]) {
    expect(Compute({ steps: [{ ...step, ...place }], trans })).not.toBeNull();
  }
});

test('steps are grouped by the place where they run', () => {
  const steps = [
    { ...plain, step: 'a', text: 'x' },
    { ...plain, step: 'b', text: 'y' },
    { ...plain, step: 'c', text: 'x' }
  ];
  expect(Array.from(groupByPlace(steps))).toEqual([
    ['x', ['a', 'c']],
    ['y', ['b']]
  ]);
});
