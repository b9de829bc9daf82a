namespace Virt.Commands;

/// <summary>The names of parameter sets, the same in every cmdlet.</summary>
internal static class ParameterSets
{
    public const string Name = "Name";
    public const string InputObject = "InputObject";
    public const string Id = "Id";
    public const string Image = "Image";
}
