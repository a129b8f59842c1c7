import { existsSync, writeFileSync } from 'node:fs';
import { defineTrial, integer, type ParamsOf } from '@unfoldjs/distributed';

export const space = { x: integer(0, 9) };

/** A trial whose worker is killed in the middle of its second budget, once, if `folder` says where to remember that. */
export const mortalIn = (folder: string | undefined) =>
  defineTrial({
    name: 'mortal',
    async run({ x }: ParamsOf<typeof space>, { trial, budget, resumeFrom, report }) {
      let steps = resumeFrom ? resumeFrom[0]! : 0;
      while (steps < budget) {
        const grave = folder && budget > 1 && `${folder}/${trial}`;
        if (grave && !existsSync(grave)) {
          writeFileSync(grave, '');
          process.kill(process.pid, 'SIGKILL');
        }
        await report(++steps, { loss: x + 1 / steps });
      }
      return { metrics: { loss: x + 1 / budget, resumed: resumeFrom ? 1 : 0 }, checkpoint: Uint8Array.of(steps, x) };
    },
  });

export const mortal = mortalIn(process.env['UNFOLD_SWEEP_GRAVES']);
