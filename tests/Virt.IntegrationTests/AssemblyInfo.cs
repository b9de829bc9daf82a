using Xunit;

// Each test looks at the whole machine for what it may have left behind, so one runs at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
