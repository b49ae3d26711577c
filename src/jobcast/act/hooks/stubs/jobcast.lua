-- Written by "jobcast hook install slurm"; "jobcast hook uninstall slurm" takes it away. Changes made here get lost.
--
-- Asks the forecast service what the job that is being submitted will need, and does what the answer says.
-- Within slurmctld nobody else can submit meanwhile, and nothing is scheduled. So: one deadline for everything, no
-- process is ever started, and after a failure the service is left alone for a while. Whatever goes wrong, the job
-- is submitted as it is: only a rule of the site refuses it.

local SOCKET, HOST, PORT = @SOCKET@, @HOST@, @PORT@
local TOKEN_FILE = @TOKEN_FILE@
local DEADLINE_S = @DEADLINE@
local REST_S = 10            -- how long the service is left alone after a failure
local MOST_BYTES = 65536     -- of an answer
local MOST_TEXT = 4096       -- of each field that is sent
local MOST_ARGUMENTS = 256
local MOST_FORM = 65536      -- of all fields together, encoded

local has_socket, socket = pcall(require, "socket")
local has_unix, unix = pcall(require, "socket.unix")

local jobcast = {}
local rest_until, failures = 0, 0

local function log(...)
   if slurm.log_info then slurm.log_info("jobcast: %s", string.format(...)) end
end

local function encoded(value)
   return (string.gsub(string.sub(tostring(value), 1, MOST_TEXT), "[^%w._~-]", function(letter)
      return string.format("%%%02X", string.byte(letter))
   end))
end

-- Fields come in the order in which they were put; what is too much is left out, the last first.
local function form(fields)
   local parts, size = {}, 0
   for _, field in ipairs(fields) do
      local part = field[1] .. "=" .. encoded(field[2])
      size = size + #part + 1
      if size > MOST_FORM then break end
      parts[#parts + 1] = part
   end
   return table.concat(parts, "&")
end

local function token_line()
   if TOKEN_FILE == "" then return "" end
   local file = io.open(TOKEN_FILE)
   local token = file and file:read("*l")
   if file then file:close() end
   if not token or string.find(token, "[^%w._~+/=-]") then error("no token", 0) end
   return "Authorization: Bearer " .. token .. "\r\n"
end

local function opened()
   if SOCKET ~= "" then
      if not has_unix then error("lua-socket is not installed", 0) end
      return (unix.stream or unix)()
   end
   if not has_socket then error("lua-socket is not installed", 0) end
   return socket.tcp()
end

-- Returns the body of a whole answer, or nothing and its status; anything else is an error.
local function exchanged(fields)
   local connection = opened()
   local ends = socket.gettime() + DEADLINE_S
   local body = form(fields)
   local function within()
      local left = ends - socket.gettime()
      if left <= 0 then error("timeout", 0) end
      connection:settimeout(left, "t")
   end
   local well, answer = pcall(function()
      within()
      assert(connection:connect(SOCKET ~= "" and SOCKET or HOST, SOCKET == "" and PORT or nil))
      within()
      assert(connection:send("POST /v1/hook/slurm HTTP/1.0\r\nHost: localhost\r\n" .. token_line()
         .. "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body))
      within()
      local whole, why, part = connection:receive(MOST_BYTES)
      if whole or why ~= "closed" then error(whole and "too long" or why, 0) end
      return part
   end)
   connection:close()
   if not well then error(answer, 0) end
   local status, content = string.match(answer, "^HTTP/1%.%d (%d+).-\r\n\r\n(.*)$")
   if not status then error("half an answer", 0) end
   if status ~= "200" then return nil, "status " .. status end -- it answers: what ails it may be this job alone
   if string.sub("\n" .. content, -5) ~= "\nend\n" then error("half an answer", 0) end
   return content
end

-- Returns what the answer sets, the lines for the user, and why a rule of the site refuses; nothing after a failure.
local function asked(fields)
   local now = os.time()
   if now < rest_until and rest_until - now <= REST_S then return nil end -- clocks may be set back
   local well, answer, refused = pcall(exchanged, fields)
   if refused then
      log("no advice: %s", refused)
      return nil
   end
   if not well then
      rest_until, failures = now + REST_S, failures + 1
      log("no advice: %s; not asked again for %d s (failure %d)", tostring(answer), REST_S, failures)
      return nil
   end
   local settings, says, refusal = {}, {}, nil
   for line in string.gmatch(answer, "([^\n]*)\n") do
      local word, rest = string.match(line, "^(%l+) (.*)$")
      if word == "set" then
         local name, value = string.match(rest, "^([%l_]+)=(.*)$")
         if name then settings[name] = value end
      elseif word == "say" then
         says[#says + 1] = rest
      elseif word == "refuse" then
         refusal = rest
      end
   end
   return settings, says, refusal
end

local function open(value)
   return value == nil or value == "" or value == slurm.NO_VAL or value == slurm.NO_VAL64 or value == slurm.NO_VAL16
end

local function default_partition(partitions)
   for name, partition in pairs(partitions or {}) do
      if partition.flag_default == 1 then return name end
   end
   return nil
end

-- What job_submit knows of a job; fields that nobody has set are left out.
local function submitted(job, partitions)
   local fields = {}
   local function put(name, value) if not open(value) then fields[#fields + 1] = {name, value} end end
   local function count(name, value)
      if not open(value) and value >= 0 and value < 2 ^ 31 then put(name, string.format("%.0f", value)) end
   end
   put("user", job.user_name)
   put("project", open(job.account) and job.default_account or job.account)
   put("queue", open(job.partition) and default_partition(partitions) or job.partition)
   put("name", job.name)
   put("cwd", job.work_dir)
   put("description", job.comment)
   count("nodes", job.min_nodes)
   count("tasks", job.num_tasks)
   count("cores_per_task", job.cpus_per_task)
   count("cores", job.min_cpus)
   count("memory_per_node", job.min_mem_per_node)
   count("memory_per_cpu", job.min_mem_per_cpu)
   put("memory_per_gpu", job.mem_per_tres)
   put("gpus_per_job", job.tres_per_job)
   put("gpus_per_node", job.tres_per_node)
   if job.time_limit == slurm.INFINITE then put("time_limit", "UNLIMITED") else count("time_limit", job.time_limit) end
   put("interactive", open(job.script) and "true" or "false")
   local arguments = open(job.argc) and 0 or job.argc
   for place = 0, math.min(arguments, MOST_ARGUMENTS) - 1 do put("argument" .. place, job.argv[place]) end
   if arguments == 0 then put("script", job.script) end
   return fields
end

-- Called by slurm_job_submit of job_submit.lua: changes the job, and returns what that must return.
function jobcast.job_submit(job, partitions, uid)
   local well, code = pcall(function()
      local settings, says, refusal = asked(submitted(job, partitions))
      if not settings then return slurm.SUCCESS end
      if refusal then
         slurm.log_user("%s", refusal)
         return slurm.ERROR
      end
      local per_node, per_cpu = tonumber(settings.memory_per_node), tonumber(settings.memory_per_cpu)
      if per_node then job.min_mem_per_node = per_node end
      if per_cpu then job.min_mem_per_cpu = per_cpu end
      if tonumber(settings.time_limit) then job.time_limit = tonumber(settings.time_limit) end
      if settings.admin_comment and open(job.admin_comment) then job.admin_comment = settings.admin_comment end
      for _, line in ipairs(says) do slurm.log_user("%s", line) end
      return slurm.SUCCESS
   end)
   if well then return code end
   log("no advice: %s", tostring(code))
   return slurm.SUCCESS
end

-- What cli_filter knows of a job: options as they are written on the command line.
local function written(options)
   local fields = {}
   local function put(name, value) if not open(value) then fields[#fields + 1] = {name, value} end end
   put("user", os.getenv("USER"))
   put("project", options["account"])
   put("queue", options["partition"])
   put("name", options["job-name"])
   put("cwd", options["chdir"] or os.getenv("PWD"))
   put("description", options["comment"])
   put("nodes", string.match(options["nodes"] or "", "^%d+$")) -- 1-0 where nobody has set it
   put("tasks", options["ntasks"])
   put("cores_per_task", options["cpus-per-task"])
   put("memory_per_node_text", options["mem"])
   put("memory_per_cpu_text", options["mem-per-cpu"])
   put("memory_per_gpu", options["mem-per-gpu"])
   put("gpus_per_job", options["gpus"])
   put("gpus_per_node", options["gpus-per-node"] or options["gres"])
   if tonumber(string.match(options["time"] or "", "^(%d+)-") or 0) < 1000000 then put("time_limit_text", options["time"]) end
   put("interactive", options["type"] == "sbatch" and "false" or "true")
   put("lang", os.getenv("LC_ALL") or os.getenv("LANG"))
   local arguments = options["argv"] or {}
   for place = 1, math.min(#arguments, MOST_ARGUMENTS) do put("argument" .. (place - 1), arguments[place]) end
   if options["type"] == "sbatch" and options["wrap"] and #arguments == 0 then
      put("script", "#!/bin/sh\n# This script was created by sbatch --wrap.\n\n" .. options["wrap"])
   end
   return fields
end

-- Called by slurm_cli_pre_submit of cli_filter.lua, in the process of whoever submits.
function jobcast.cli_pre_submit(options, offset)
   local well, code = pcall(function()
      if os.getenv("SLURM_JOB_ID") then return slurm.SUCCESS end -- a step of a job that runs
      local settings, says, refusal = asked(written(options))
      if not settings then return slurm.SUCCESS end
      if refusal then
         slurm.log_error("%s", refusal)
         return slurm.ERROR
      end
      if settings.memory_per_node then options["mem"] = settings.memory_per_node .. "M" end
      if settings.memory_per_cpu then options["mem-per-cpu"] = settings.memory_per_cpu .. "M" end
      if settings.time_limit then options["time"] = settings.time_limit end
      for _, line in ipairs(says) do io.stderr:write(line, "\n") end
      return slurm.SUCCESS
   end)
   return well and code or slurm.SUCCESS
end

return jobcast
