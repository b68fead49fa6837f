import type { Commit, LakeState } from '../../src/ports/lake-state.js';

/** A state whose commits are seen before they are made. What is thrown then, the commit throws. */
export function watched(state: LakeState, see: (commit: Commit) => Promise<void> | void): LakeState {
  return new Proxy(state, {
    get: (target, property: keyof LakeState) => {
      const member = target[property];
      if (typeof member !== 'function') return member;
      if (property !== 'commit') return member.bind(target);
      return async (commit: Commit) => {
        await see(commit);
        return target.commit(commit);
      };
    },
  });
}
