'use client';
import { useActionState } from 'react';
import { shrink } from './actions.js';

export default function Page() {
  const [smaller, action] = useActionState(shrink, '');
  return (
    <form action={action}>
      <input type="file" name="photo" />
      <button>Send</button>
      <output>{smaller}</output>
    </form>
  );
}
