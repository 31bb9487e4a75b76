/* dies.c - a program that cannot even start: the loader does not find what it is linked to. */
int missing_function(void);
int main(void)
{
    return missing_function();
}
