#!/bin/ksh
# A forecast in three steps: prepare, run the model, clean up whatever happened.
# @ job_name         = grapes_$(user)
# @ comment          = GRAPES
# @ account_no       = NWP-OPS
# @ class            = normal
# @ group            = No_Group
# @ output           = $(job_name).$(step_name).$(jobid)
# @ error            = $(output)
#
# @ step_name        = prepare
# @ wall_clock_limit = 00:10:00
# @ queue
#
# @ step_name        = model
# @ dependency       = (prepare == 0)
# @ job_type         = parallel
# @ node             = 8
# @ tasks_per_node   = 32
# @ node_usage       = not_shared
# @ network.MPI      = sn_all,shared,US
# @ resources        = ConsumableCpus(1) \
#                      ConsumableMemory(2500 mb)
# @ requirements     = (Machine != "n26")
# @ wall_clock_limit = 02:00:00,01:55:00
# @ user_priority    = 80
# @ queue
#
# @ step_name        = tidy
# @ dependency       = model < 128 || model == CC_NOTRUN
# @ job_type         = serial
# @ node_usage       = shared
# @ resources        =
# @ requirements     =
# @ wall_clock_limit = 300
# @ restart          = no
# @ queue

case $LOADL_STEP_NAME in
model) poe ./grapes.exe ;;
esac
