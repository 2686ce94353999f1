// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { PlanItemArg } from "./PlanItemArg";

/**
 * UpdatePlanArgs is the argument of the update_plan tool and the payload of
 * its event. Unknown members are refused.
 */
export type UpdatePlanArgs = { explanation: string | null, plan: Array<PlanItemArg>, };
