namespace Virt.Commands;

/// <summary>The names of parameter sets, the same in every cmdlet.</summary>
internal static class ParameterSets
{
    public const string Name = "Name";
    public const string InputObject = "InputObject";
    public const string Id = "Id";
    public const string Image = "Image";

    /// <summary>Objects from the pipeline, and a word that PowerShell has taken for a name. Help does not show it: to the user it is <see cref="InputObject"/>.</summary>
    /// <remarks>
    /// Its InputObject binds by property name too, of which no object makes use: else PowerShell would take a set for meant whose mandatory parameter could come by property name. And
    /// where InputObject is typed, what stands first is of this set alone, so that nothing of that one may stand there.
    /// </remarks>
    public const string Piped = "Piped";
}
