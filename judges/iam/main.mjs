// Asks an IAM simulator that is not ours what the rows of the local stage's own evaluation say.
//
// Usage: node main.mjs ROWS.json

import { readFileSync } from 'node:fs'
import { runSimulation } from '@cloud-copilot/iam-simulate'

const ACCOUNT = '000000000000'
const FEWEST = 20

const DECISIONS = { Allowed: 'Allowed', ImplicitlyDenied: 'NotAllowed', ExplicitlyDenied: 'Denied' }

async function decision(row) {
  const named = (policy, index) => ({ name: `policy-${index}`, policy })
  const answer = await runSimulation(
    {
      request: {
        principal: `arn:aws:iam::${ACCOUNT}:role/function`,
        action: row.action,
        resource: { resource: row.resource, accountId: ACCOUNT },
        contextVariables: { 'aws:RequestedRegion': 'eu-west-1' },
      },
      identityPolicies: row.policies.map(named),
      // An account that is in no organization has neither; the simulator wants one that allows all.
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      permissionBoundaryPolicies: row.boundary ? [named(row.boundary, 0)] : undefined,
    },
    {},
  )
  if (answer.resultType === 'error') throw new Error(`${row.about}: ${JSON.stringify(answer.errors)}`)
  const result = answer.overallResult ?? answer.result ?? answer.analysis?.result
  return DECISIONS[result] ?? `unknown: ${JSON.stringify(answer).slice(0, 400)}`
}

const rows = JSON.parse(readFileSync(process.argv[2], 'utf8'))
if (rows.length < FEWEST) throw new Error(`only ${rows.length} rows`)
let wrong = 0
for (const row of rows) {
  const decided = await decision(row)
  if (decided !== row.decision) {
    wrong += 1
    console.error(`${row.about}: we say ${row.decision}, the simulator ${decided}`)
  }
}
console.log(`${rows.length - wrong} of ${rows.length} decisions are the simulator's`)
process.exit(wrong === 0 ? 0 : 1)
