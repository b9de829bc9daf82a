using System;
using Virt.Shell;

var options = ShellOptions.Parse(args);
if (options.Problem is { } problem)
{
    Console.Error.WriteLine(problem);
    Console.Error.WriteLine(ShellOptions.Usage);
    return 64;
}

using var session = new ShellSession(options);
return session.Run();
