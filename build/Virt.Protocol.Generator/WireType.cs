using Microsoft.CodeAnalysis;

namespace Virt.Protocol.Generator;

/// <summary>Knows, for each type a contract may hold, the code that writes and the code that reads it.</summary>
internal static class WireType
{
    /// <summary>The statement that writes <paramref name="value"/> and the expression that reads one; nulls for a type that contracts may not hold.</summary>
    public static (string? Write, string? Read) Of(ITypeSymbol type, string value)
    {
        if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
        {
            var (write, read) = Of(nullable.TypeArguments[0], value + ".Value");
            return OrNil(type, write, read, value);
        }

        if (type.IsReferenceType && type.NullableAnnotation == NullableAnnotation.Annotated)
        {
            var (write, read) = Of(type.WithNullableAnnotation(NullableAnnotation.NotAnnotated), value);
            return OrNil(type, write, read, value);
        }

        return Required(type, value);
    }

    private static (string? Write, string? Read) OrNil(ITypeSymbol type, string? write, string? read, string value) =>
        write is null
            ? (null, null)
            : ($"if ({value.Replace(".Value", "")} is null) {{ writer.WriteNil(); }} else {{ {write} }}", $"reader.TryReadNil() ? ({Qualified(type)}{(type.IsReferenceType ? "?" : "")})null : {read}");

    // A property may have the name of a namespace, such as System.
    private static string Qualified(ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);

    private static (string? Write, string? Read) Required(ITypeSymbol type, string value)
    {
        if (type.TypeKind == TypeKind.Enum)
        {
            return ($"writer.Write((int){value});", $"({Qualified(type)})reader.ReadInt32()");
        }

        switch (type.SpecialType)
        {
            case SpecialType.System_Boolean:
            case SpecialType.System_Int32:
            case SpecialType.System_UInt32:
            case SpecialType.System_Int64:
            case SpecialType.System_Double:
                return ($"writer.Write({value});", $"reader.Read{type.Name}()");
            case SpecialType.System_String:
                return ($"writer.Write({value});", "WireValue.ReadString(ref reader)");
        }

        switch (type.ToDisplayString())
        {
            case "System.Guid":
            case "System.TimeSpan":
            case "System.DateTimeOffset":
                return ($"WireValue.Write(ref writer, {value});", $"WireValue.Read{type.Name}(ref reader)");
            case "byte[]":
                return ($"WireValue.Write(ref writer, {value});", "WireValue.ReadBytes(ref reader)");
            case "System.Collections.Generic.Dictionary<string, string>":
                return ($"WireValue.Write(ref writer, {value});", "WireValue.ReadMap(ref reader)");
        }

        if (type is IArrayTypeSymbol array)
        {
            var (write, read) = Of(array.ElementType, "item");
            var item = Qualified(array.ElementType);
            return write is null
                ? (null, null)
                : ($"WireValue.Write(ref writer, {value}, static (ref MessagePack.MessagePackWriter writer, {item} item) => {{ {write} }});",
                    $"WireValue.ReadArray(ref reader, static (ref MessagePack.MessagePackReader reader) => {read})");
        }

        foreach (var attribute in type.GetAttributes())
        {
            if (attribute.AttributeClass?.Name == "MessagePackObjectAttribute")
            {
                return ($"{Qualified(type)}.WireFormat.Write(ref writer, {value});", $"{Qualified(type)}.WireFormat.Read(ref reader)");
            }
        }

        return (null, null);
    }
}
