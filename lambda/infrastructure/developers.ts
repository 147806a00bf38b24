import { peeringRoleArn } from './network/peering';
import { STAGES, type Stage } from './stages';

/** A developer, who has an account for no one else. */
export interface Developer {
  /** Lower case; the stage is `dev-<name>`. */
  readonly name: string;
  /** Email address of the account, unique among all AWS accounts. */
  readonly email: string;
  readonly account: string;
  /** In IAM Identity Center. */
  readonly userId: string;
  /** Budget in USD a month; the developer and the team lead are warned before it is spent. */
  readonly monthlyBudget: number;
  /** Address range of the stage's network; must not overlap with another developer's that is peered with the same VPC. */
  readonly cidr: string;
}

/** Made up: write your own. */
export const DEVELOPERS: readonly Developer[] = [
  {
    name: 'ada',
    email: 'aws+ada@eventsapp.example',
    account: '555555555551',
    userId: '00000000-0000-4000-8000-0000000000a1',
    monthlyBudget: 50,
    cidr: '10.50.0.0/20',
  },
  {
    name: 'grace',
    email: 'aws+grace@eventsapp.example',
    account: '555555555552',
    userId: '00000000-0000-4000-8000-0000000000a2',
    monthlyBudget: 50,
    cidr: '10.50.16.0/20',
  },
];

/** The organisation's management account, and who is notified of what developers spend. Made up: write your own. */
export const ORGANISATION = {
  account: '999999999999',
  region: 'eu-west-1',
  rootId: 'r-abcd',
  identityCenterArn: 'arn:aws:sso:::instance/ssoins-0000000000000001',
  lead: 'lead@eventsapp.example',
} as const;

/** A developer's own stage: the network of `test`, in the developer's account. It has no proxy, so its gateway is public. */
export function developerStage({ name, account, cidr }: Developer): Stage {
  const test = STAGES.find((stage) => stage.name === 'test');
  if (test === undefined) throw new Error('stages.ts has no stage test');
  const monolith = { ...test.monolith, owner: { account: test.account, peeringRoleArn: peeringRoleArn(test) } };
  return { ...test, monolith, name: `dev-${name}`, account, cidr, privateApi: false, proxy: undefined };
}
