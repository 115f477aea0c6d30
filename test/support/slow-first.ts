import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** They take a minute and more, most of it waiting: begun last, they would be waited for alone. */
const SLOW =
  /\/(accessibility|balancers|failover|faults-push|faults-push-services|limits|push|workers)\.test\.ts$/;

const isSlow = ({ moduleId }: TestSpecification): boolean => SLOW.test(moduleId);

/** Begins with the files that take longest. */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // It sorts no array in place.
    // oxlint-disable-next-line unicorn/no-array-sort
    const sorted = await super.sort(files);
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))];
  }
}
