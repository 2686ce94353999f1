// GENERATED CODE! DO NOT MODIFY BY HAND!

/** StepStatus is the state of one step of a plan. */
export type StepStatus = "pending" | "in_progress" | "completed";
