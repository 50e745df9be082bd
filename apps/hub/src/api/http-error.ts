export { bodyOf, HttpError } from '@energymesh/enrolment';
