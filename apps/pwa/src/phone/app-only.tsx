'use client';
import { useEffect } from 'react';
import { go } from '../frame/places.ts';

/** An address of the app on a node's own page. */
export function AppOnly() {
  useEffect(() => go('/', { replace: true }), []);
  return null;
}
