using Xunit.Sdk;
using Xunit.v3;

// Each test looks at the whole machine for what it may have left behind, so one runs at a time.
[assembly: Parallelization(Mode = ParallelMode.None)]
