-- All programs with all their plan versions, each program's in the order of time of effect, then of version.
SELECT program.program_id, program.name, program.paused, plan.version, plan.effective_from, plan.plan
FROM referrals.program AS program
LEFT JOIN referrals.plan AS plan ON plan.program_id = program.program_id
ORDER BY program.program_id, plan.effective_from, plan.version
