// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { StepStatus } from "./StepStatus";

/** PlanItemArg is one step of a plan. Unknown members are refused. */
export type PlanItemArg = { step: string, status: StepStatus, };
