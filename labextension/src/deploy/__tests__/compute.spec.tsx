import { groupByPlace } from '../compute';

test('steps are grouped by the place where they run', () => {
  const step = {
    profile: '',
    cpus: 0,
    memory: '',
    gpus: 0,
    function: false,
    on_workers: false,
    region: ''
  };
  const steps = [
    { ...step, step: 'a', text: 'x' },
    { ...step, step: 'b', text: 'y' },
    { ...step, step: 'c', text: 'x' }
  ];
  expect(Array.from(groupByPlace(steps))).toEqual([
    ['x', ['a', 'c']],
    ['y', ['b']]
  ]);
});
