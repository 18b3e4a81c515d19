throw new Error('the module itself fails')
