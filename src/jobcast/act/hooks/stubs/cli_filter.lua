-- Written by "jobcast hook install slurm"; "jobcast hook uninstall slurm" takes it away. Changes made here get lost.
-- sbatch, salloc and srun run this in the process of whoever submits; what it does stands in the other file.

local found, jobcast = pcall(dofile, @MODULE@)

function slurm_cli_setup_defaults(options, early)
   return slurm.SUCCESS
end

function slurm_cli_pre_submit(options, offset)
   return found and jobcast.cli_pre_submit(options, offset) or slurm.SUCCESS
end

function slurm_cli_post_submit(offset, job, step)
   return slurm.SUCCESS
end

return slurm.SUCCESS
