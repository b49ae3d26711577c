-- Written by "jobcast hook install slurm"; "jobcast hook uninstall slurm" takes it away. Changes made here get lost.
-- slurmctld runs this for each job that is submitted; what it does stands in the other file.

local found, jobcast = pcall(dofile, @MODULE@)

function slurm_job_submit(job, partitions, uid)
   return found and jobcast.job_submit(job, partitions, uid) or slurm.SUCCESS
end

function slurm_job_modify(job, record, partitions, uid)
   return slurm.SUCCESS
end

return slurm.SUCCESS
