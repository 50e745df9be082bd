import { Home } from '../home/home.tsx';

export default function Route() {
  return <Home />;
}
