export { type Door, doorOf, type Env, hostOf } from '@energymesh/enrolment';
